/**
 * Arguments that clients are known to add to every call, although no tool of this server has them. A call that carries
 * one is carried out without it, and the answer names it. All other unknown arguments are refused: a model that
 * misspells a filter must not get the unfiltered list.
 *
 * Each with the client that adds it and where that was read; last looked at on 2026-11-28.
 */
export const injectedArguments: ReadonlyMap<string, string> = new Map([
  // packages/core/src/tools/tools.ts adds it to every schema and tells the model to use it.
  ['wait_for_previous', 'Gemini CLI, github.com/google-gemini/gemini-cli'],
  ['toolCallId', 'n8n, github.com/n8n-io/n8n/issues/21500 and 21716'],
  // The input of the trigger node reaches the tool: https://github.com/n8n-io/n8n/issues/22787
  ['sessionId', 'n8n, github.com/n8n-io/n8n/issues/22787'],
  ['action', 'n8n, github.com/n8n-io/n8n/issues/22787'],
  ['chatInput', 'n8n, github.com/n8n-io/n8n/issues/22787'],
  // Models that were trained with editors' own tools give a reason with each call.
  ['explanation', 'Cursor, whose own tools require it'],
  // It belongs beside the arguments: modelcontextprotocol.io/specification/2025-06-18/basic#meta
  ['_meta', 'clients that put the metadata of the request among the arguments'],
]);
