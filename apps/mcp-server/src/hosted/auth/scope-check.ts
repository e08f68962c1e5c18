import type { Tool } from '../../tools/tool.js';
import type { Principal, Scope } from '../principal.js';
import { type ErrorResponse, errorResponse, type Message } from '../../frames/frame.js';

/** The scope that a tool needs. */
export function scopeOf({ annotations }: Pick<Tool, 'annotations'>): Scope {
  return annotations.readOnlyHint ? 'orders:read' : 'orders:sync';
}

/** `insufficient_scope` as JSON-RPC knows it: an error that the server defines. */
const insufficientScope = -32_003;

/**
 * The errors for a frame that asks for more than its principal may do; undefined where it may. One call too much refuses
 * the whole frame, so that nothing of it is done.
 */
export function refuseBeyondScopes(
  messages: readonly Message[],
  { scopes: granted }: Pick<Principal, 'scopes'>,
  tools: readonly Pick<Tool, 'name' | 'annotations'>[],
): ErrorResponse[] | undefined {
  const missing = messages.flatMap(({ method, params }) => {
    const tool = method === 'tools/call' ? tools.find(({ name }) => name === params?.['name']) : undefined;
    return tool === undefined || granted.has(scopeOf(tool)) ? [] : [scopeOf(tool)];
  });
  if (missing.length === 0 && granted.size > 0) return undefined;
  const needed = missing[0] ?? 'orders:read';
  return messages.flatMap(({ id }) =>
    id === undefined
      ? []
      : [errorResponse(id, insufficientScope, `The access token does not grant ${needed}.`)],
  );
}
