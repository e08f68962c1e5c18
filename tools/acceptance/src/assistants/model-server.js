// @ts-check
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';

/**
 * What a model was given in one request, whatever the API: the tools that it may call, and the results of its calls so
 * far, as they were written.
 *
 * @typedef {{ name: string, definition: unknown }} OfferedTool
 * @typedef {{ tools: readonly OfferedTool[], results: readonly string[] }} Turn
 * @typedef {{ tool: string, input: Record<string, unknown> }} ToolCall
 */

/** Finds tools that Claude Code does not list until the model asks for them. */
const toolSearch = 'ToolSearch';

/**
 * A model's API on loopback that makes these calls, one after the other, and then says a sentence. It speaks Anthropic
 * Messages, OpenAI Responses and Chat Completions, and Gemini generateContent, streamed or not.
 *
 * @param {readonly ToolCall[]} calls by the end of the tool's name: clients put the server's name before it
 * @returns {Promise<{ origin: string, turns: Turn[], searched: () => boolean, close: () => void }>} `turns` grows with
 *   each request that offers tools; `searched` says whether the tools had to be searched for
 */
export async function startModelServer(calls) {
  /** @type {Turn[]} */
  const turns = [];
  let searches = 0;
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { pathname } = new URL(request.url ?? '', 'http://localhost');
      const dialect = dialects.find(({ path }) => path.test(pathname));
      if (dialect === undefined || body === '') {
        response
          .writeHead(404, { 'content-type': 'application/json' })
          .end('{"error":{"message":"not here"}}');
        return;
      }
      const input = JSON.parse(body);
      const { model, stream } = Common.parse(input);
      const { tools, results: all } = dialect.read(input);
      const results = all.slice(searches);
      if (tools.length > 0) turns.push({ tools, results });
      const streams = stream || pathname.includes('stream');
      response.writeHead(200, { 'content-type': streams ? 'text/event-stream' : 'application/json' });
      response.end(dialect.write({ call: nextCall(tools, results), model, streams }));
    });
  });

  /** @param {readonly OfferedTool[]} tools @param {readonly string[]} results @returns {Call | undefined} */
  function nextCall(tools, results) {
    const next = calls[results.length];
    // An assistant whose results do not come back would ask for ever.
    if (next === undefined || turns.length > 3 * calls.length) return undefined;
    const id = `call_${searches + results.length}`;
    const offered = tools.find(({ name }) => name.endsWith(next.tool));
    if (offered !== undefined) return { id, name: offered.name, input: next.input };
    if (searches > 0 || !tools.some(({ name }) => name === toolSearch)) return undefined;
    searches = 1;
    return {
      id,
      name: toolSearch,
      input: { query: calls.map(({ tool }) => tool).join(' '), max_results: 5 },
    };
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    turns,
    searched: () => searches > 0,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const sentence = 'Done.';

/**
 * @typedef {{ id: string, name: string, input: Record<string, unknown> }} Call
 * @typedef {{ call: Call | undefined, model: unknown, streams: boolean }} Answer
 * @typedef {{ path: RegExp, read: (input: unknown) => Turn, write: (answer: Answer) => string }} Dialect
 */

const Common = z.object({ model: z.string().default('none'), stream: z.boolean().default(false) });
const Named = z.looseObject({ name: z.string() });
const Blocks = z.array(z.looseObject({ type: z.string(), content: z.unknown().optional() })).catch([]);
const Messages = z.object({
  tools: z.array(Named).default([]),
  messages: z.array(z.object({ content: Blocks })),
});
/** Of a function, or of a namespace that holds some. */
const OpenAiTools = z.array(
  z.looseObject({
    name: z.string().optional(),
    function: Named.optional(),
    tools: z.array(Named).optional(),
  }),
);
const Responses = z.object({
  tools: OpenAiTools.default([]),
  input: z.array(z.looseObject({ type: z.string().optional(), output: z.unknown().optional() })).catch([]),
});
const Chat = z.object({
  tools: OpenAiTools.default([]),
  messages: z.array(z.object({ role: z.string(), content: z.unknown().optional() })),
});
const Contents = z.object({
  tools: z.array(z.object({ functionDeclarations: z.array(Named).default([]) })).default([]),
  contents: z.array(
    z.object({
      parts: z
        .array(z.object({ functionResponse: z.object({ response: z.unknown() }).optional() }))
        .default([]),
    }),
  ),
});

/** @type {readonly Dialect[]} */
const dialects = [
  {
    // https://docs.anthropic.com/en/api/messages-streaming
    path: /\/v1\/messages$/,
    read: (input) => {
      const { tools, messages } = Messages.parse(input);
      return {
        tools: tools.map((tool) => ({ name: tool.name, definition: tool })),
        results: messages
          .flatMap(({ content }) => content)
          .filter(({ type }) => type === 'tool_result')
          .map(({ content }) => written(content)),
      };
    },
    write: ({ call, model, streams }) => {
      const block = call
        ? { type: 'tool_use', id: `toolu_${call.id}`, name: call.name, input: {} }
        : { type: 'text', text: '' };
      const delta = call
        ? { type: 'input_json_delta', partial_json: JSON.stringify(call.input) }
        : { type: 'text_delta', text: sentence };
      const stop = { stop_reason: call ? 'tool_use' : 'end_turn', stop_sequence: null };
      const usage = { input_tokens: 1, output_tokens: 1 };
      const message = { id: 'msg_1', type: 'message', role: 'assistant', model, content: [], usage };
      if (!streams) {
        const whole = call ? { ...block, input: call.input } : { type: 'text', text: sentence };
        return JSON.stringify({ ...message, ...stop, content: [whole] });
      }
      return events([
        { type: 'message_start', message: { ...message, stop_reason: null, stop_sequence: null } },
        { type: 'content_block_start', index: 0, content_block: block },
        { type: 'content_block_delta', index: 0, delta },
        { type: 'content_block_stop', index: 0 },
        { type: 'message_delta', delta: stop, usage },
        { type: 'message_stop' },
      ]);
    },
  },
  {
    // https://platform.openai.com/docs/api-reference/responses-streaming
    path: /\/responses$/,
    read: (body) => {
      const { tools, input } = Responses.parse(body);
      const outputs = input.filter(({ type }) => type === 'function_call_output');
      return { tools: functionsOf(tools), results: outputs.map(({ output }) => written(output)) };
    },
    write: ({ call, model, streams }) => {
      const item = call
        ? {
            type: 'function_call',
            id: `fc_${call.id}`,
            call_id: call.id,
            ...namesOf(call.name),
            arguments: JSON.stringify(call.input),
            status: 'completed',
          }
        : {
            type: 'message',
            id: 'msg_1',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: sentence, annotations: [] }],
          };
      const usage = {
        input_tokens: 1,
        input_tokens_details: { cached_tokens: 0 },
        output_tokens: 1,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: 2,
      };
      const response = { id: 'resp_1', object: 'response', created_at: 0, model, output: [item], usage };
      if (!streams) return JSON.stringify({ ...response, status: 'completed' });
      return events([
        { type: 'response.created', response: { ...response, output: [], status: 'in_progress' } },
        { type: 'response.output_item.added', output_index: 0, item: { ...item, status: 'in_progress' } },
        { type: 'response.output_item.done', output_index: 0, item },
        { type: 'response.completed', response: { ...response, status: 'completed' } },
      ]);
    },
  },
  {
    // https://platform.openai.com/docs/api-reference/chat-streaming
    path: /\/chat\/completions$/,
    read: (input) => {
      const { tools, messages } = Chat.parse(input);
      const outputs = messages.filter(({ role }) => role === 'tool');
      return { tools: functionsOf(tools), results: outputs.map(({ content }) => written(content)) };
    },
    write: ({ call, model, streams }) => {
      const message = call
        ? {
            role: 'assistant',
            content: null,
            tool_calls: [
              {
                index: 0,
                id: call.id,
                type: 'function',
                function: { name: call.name, arguments: JSON.stringify(call.input) },
              },
            ],
          }
        : { role: 'assistant', content: sentence };
      const reason = call ? 'tool_calls' : 'stop';
      const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 };
      const completion = { id: 'chatcmpl_1', created: 0, model };
      if (!streams) {
        const choices = [{ index: 0, message, finish_reason: reason }];
        return JSON.stringify({ ...completion, object: 'chat.completion', choices, usage });
      }
      const chunk = { ...completion, object: 'chat.completion.chunk' };
      const chunks = [
        { ...chunk, choices: [{ index: 0, delta: message, finish_reason: null }] },
        { ...chunk, choices: [{ index: 0, delta: {}, finish_reason: reason }], usage },
      ];
      return `${chunks.map((each) => `data: ${JSON.stringify(each)}\n\n`).join('')}data: [DONE]\n\n`;
    },
  },
  {
    // https://ai.google.dev/api/generate-content
    path: /:(streamGenerateContent|generateContent)$/,
    read: (input) => {
      const { tools, contents } = Contents.parse(input);
      return {
        tools: tools
          .flatMap(({ functionDeclarations }) => functionDeclarations)
          .map((tool) => ({ name: tool.name, definition: tool })),
        results: contents
          .flatMap(({ parts }) => parts)
          .flatMap(({ functionResponse }) =>
            functionResponse === undefined ? [] : [written(functionResponse.response)],
          ),
      };
    },
    write: ({ call, streams }) => {
      const part = call ? { functionCall: { name: call.name, args: call.input } } : { text: sentence };
      const candidate = { content: { role: 'model', parts: [part] }, finishReason: 'STOP', index: 0 };
      const usageMetadata = { promptTokenCount: 1, candidatesTokenCount: 1, totalTokenCount: 2 };
      const answer = JSON.stringify({ candidates: [candidate], usageMetadata });
      return streams ? `data: ${answer}\n\n` : answer;
    },
  },
];

/** @param {readonly ({ type: string } & Record<string, unknown>)[]} all */
function events(all) {
  return all.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join('');
}

/** @param {z.output<typeof OpenAiTools>} tools @returns {OfferedTool[]} */
function functionsOf(tools) {
  return tools.flatMap(
    /** @returns {OfferedTool[]} */ (tool) => {
      if (tool.tools !== undefined) {
        return tool.tools.map((inner) => ({ name: `${tool.name}${apart}${inner.name}`, definition: inner }));
      }
      const name = tool.name ?? tool.function?.name;
      return name === undefined ? [] : [{ name, definition: tool }];
    },
  );
}

/** Between a namespace and a name, where a model calls them apart. */
const apart = '\0';

/** @param {string} name */
function namesOf(name) {
  const [namespace, inner] = name.split(apart);
  return inner === undefined ? { name } : { namespace, name: inner };
}

const TextParts = z.array(z.looseObject({ text: z.string() }));
const Output = z.object({ output: z.string() });

/** A result as the model reads it. @param {unknown} content @returns {string} */
function written(content) {
  if (typeof content === 'string') return content;
  const parts = TextParts.safeParse(content);
  if (parts.success) return parts.data.map(({ text }) => text).join('\n');
  const wrapped = Output.safeParse(content);
  return wrapped.success ? wrapped.data.output : JSON.stringify(content);
}
