import { memberTexts } from './json-member.ts';
import { completePublication } from './publication.ts';
import type { WirePublication } from './reply.ts';

const utf8 = new TextDecoder();

/** A publication as the JSON wire has it. */
export function publicationJson(publication: WirePublication): string {
  const { body, offset, delta } = publication;
  if (delta === undefined) return completePublication(body, offset);
  const [info, tags] = memberTexts(body, ['info', 'tags']);
  let text = `{"data":${JSON.stringify(utf8.decode(delta.bytes))}`;
  if (info !== undefined) text += `,"info":${info}`;
  if (offset > 0) text += `,"offset":${offset}`;
  if (tags !== undefined) text += `,"tags":${tags}`;
  if (delta.patch) text += ',"delta":true';
  return `${text}}`;
}
