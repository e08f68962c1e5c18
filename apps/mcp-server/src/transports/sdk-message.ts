import { isJSONRPCRequest } from '@modelcontextprotocol/server';
import { type ErrorResponse, errorResponse, invalidRequest, type Message } from '../frames/frame.js';

/**
 * The error for a message that the SDK would drop without a response; undefined where it takes it. The SDK's schema knows
 * more of `_meta` than the frame layer does.
 */
export function refusalOf(message: Message): ErrorResponse | undefined {
  const { id } = message;
  return id === undefined || isJSONRPCRequest(message)
    ? undefined
    : errorResponse(id, invalidRequest, 'Invalid request: _meta is not valid.');
}
