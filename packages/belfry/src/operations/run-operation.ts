import type { ZodError } from 'zod';
import { InputError, type Operation, type OperationContext } from './operation.ts';
import { OPERATIONS, type OperationName } from './operations.ts';

/** `actor: an actor is named kind/id` */
export function inputProblem(error: ZodError): string {
  return error.issues
    .map(({ path, message }) => `${path.join('.') || 'the input'}: ${message}`)
    .join('; ');
}

/** Checks the input of an operation and runs it. Throws an `InputError` for bad input, an `OperationError` for what cannot be done. */
export async function runOperation(
  name: OperationName,
  context: OperationContext,
  input: unknown,
): Promise<unknown> {
  const operation = OPERATIONS[name] as Operation;
  const parsed = operation.input.safeParse(input);
  if (!parsed.success) throw new InputError(inputProblem(parsed.error));
  return operation.run(context, parsed.data);
}
