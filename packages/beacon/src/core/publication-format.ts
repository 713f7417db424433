import { replyErrors, withMessage, type Payload, type ReplyError } from '@belfry/protocol';
import type { PublicationDataFormat } from '../config.ts';

/**
 * Whether a payload may be published where `publication_data_format` is `format`: the payload, with empty bytes in place of none where
 * any bytes will do; an error that says why not; `null`: there is none, and there has to be.
 */
export function publishable(
  format: PublicationDataFormat,
  { data, b64data }: Payload,
): Payload | ReplyError | null {
  if (data === undefined && b64data === undefined) {
    return format === 'binary' ? { b64data: '' } : null;
  }
  if (data === undefined) {
    return format === 'json' || format === 'json_object' ? bad('JSON') : { b64data: b64data ?? '' };
  }
  return format === 'json_object' && !/^\s*\{/.test(data) ? bad('a JSON object') : { data };
}

function bad(wanted: string): ReplyError {
  return withMessage(replyErrors.badRequest, `data is not ${wanted}`);
}
