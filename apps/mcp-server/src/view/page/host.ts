import { isObject, type JsonObject, objectOr } from './json-value.js';

/** The revision of MCP Apps whose messages are spoken here. */
const protocolVersion = '2026-01-26';

const methodNotFound = -32_601;

/** What a tool answered, as the host passes it on. */
export interface ToolAnswer {
  readonly isError: boolean;
  readonly structured: unknown;
  readonly text: string;
}

/** What the host sends the view unasked. */
export interface HostEvents {
  /** The arguments of the call that the view was opened for. */
  toolInput(args: JsonObject): void;
  toolResult(answer: ToolAnswer): void;
  toolCancelled(): void;
  /** Theme and styles, or those of them that have changed. */
  context(context: JsonObject): void;
  /** The view is about to be taken away. */
  teardown(): void;
}

/** The assistant's application around the view. */
export interface Host {
  /** Whether the view may call tools of its server. */
  readonly callsTools: boolean;
  /** @throws {Error} when the host returns no answer of the tool; the outcome of the call is then unknown */
  callTool(name: string, args: JsonObject): Promise<ToolAnswer>;
  /** Sets what the assistant should know from now on; replaces what was set before. */
  tellAssistant(text: string): void;
  sizeChanged(size: { readonly width: number; readonly height: number }): void;
}

/**
 * Connects the view with the window around it: JSON-RPC 2.0 over postMessage, as MCP Apps (SEP-1865) says. Messages from
 * any other window are ignored.
 */
export async function connectToHost(events: HostEvents): Promise<Host> {
  const waiting = new Map<
    unknown,
    { readonly resolve: (result: unknown) => void; readonly reject: (error: Error) => void }
  >();
  let lastId = 0;

  function post(message: JsonObject): void {
    // The host's origin is not known to a sandboxed page; nothing that is posted is secret from the host.
    window.parent.postMessage({ jsonrpc: '2.0', ...message }, '*');
  }

  function request(method: string, params: JsonObject): Promise<unknown> {
    lastId += 1;
    const id = lastId;
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      post({ id, method, params });
    });
  }

  window.addEventListener('message', ({ source, data }: MessageEvent<unknown>) => {
    if (source !== window.parent || !isObject(data) || data['jsonrpc'] !== '2.0') return;
    const { id, method } = data;
    if (typeof method !== 'string') settle(data);
    else if (id === undefined) notified(method, objectOr(data['params']));
    else post({ id, ...answerTo(method) });
  });

  function settle({ id, result, error }: JsonObject): void {
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(String(objectOr(error)['message'] ?? 'no reason given')));
  }

  function notified(method: string, params: JsonObject): void {
    switch (method) {
      case 'ui/notifications/tool-input':
        events.toolInput(objectOr(params['arguments']));
        break;
      case 'ui/notifications/tool-result':
        events.toolResult(toolAnswerOf(params));
        break;
      case 'ui/notifications/tool-cancelled':
        events.toolCancelled();
        break;
      case 'ui/notifications/host-context-changed':
        events.context(params);
    }
  }

  function answerTo(method: string): JsonObject {
    if (method === 'ping') return { result: {} };
    if (method === 'ui/resource-teardown') {
      events.teardown();
      return { result: {} };
    }
    return { error: { code: methodNotFound, message: `The orders view does not know ${method}` } };
  }

  const initialized = objectOr(
    await request('ui/initialize', {
      protocolVersion,
      appInfo: { name: 'wemasy-orders-view', version: '1.0.0' },
      appCapabilities: { availableDisplayModes: ['inline', 'fullscreen'] },
    }),
  );
  const capabilities = objectOr(initialized['hostCapabilities']);
  events.context(objectOr(initialized['hostContext']));
  post({ method: 'ui/notifications/initialized', params: {} });

  return {
    callsTools: capabilities['serverTools'] !== undefined,
    callTool: async (name, args) => toolAnswerOf(await request('tools/call', { name, arguments: args })),
    tellAssistant(text) {
      if (capabilities['updateModelContext'] === undefined) return;
      // Whether the host takes it is the host's affair; the user has seen the outcome.
      request('ui/update-model-context', { content: [{ type: 'text', text }] }).catch(() => undefined);
    },
    sizeChanged: (size) => {
      post({ method: 'ui/notifications/size-changed', params: { ...size } });
    },
  };
}

function toolAnswerOf(value: unknown): ToolAnswer {
  const { isError, structuredContent, content } = objectOr(value);
  const texts = Array.isArray(content) ? content.map((block) => objectOr(block)['text']) : [];
  return {
    isError: isError === true,
    structured: structuredContent,
    text: texts.filter((text) => typeof text === 'string').join('\n'),
  };
}
