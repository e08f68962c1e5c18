import { AppBridge, PostMessageTransport } from '@modelcontextprotocol/ext-apps/app-bridge';

/** What the test wants to be shown, and where the view is served. */
interface Session {
  readonly viewUrl: string;
  readonly capabilities: ConstructorParameters<typeof AppBridge>[2];
  readonly context: NonNullable<ConstructorParameters<typeof AppBridge>[3]>['hostContext'] & object;
  readonly toolInput: Record<string, unknown> | undefined;
  readonly toolResult: Parameters<AppBridge['sendToolResult']>[0];
}

declare global {
  interface Window {
    /** For tests that speak to the view as its host. */
    bridge: AppBridge;
  }
}

async function ask(path: string, body?: unknown) {
  const response = await fetch(
    path,
    body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) },
  );
  const answer = await response.json();
  if ('hostError' in answer) throw new Error(answer.hostError);
  return answer;
}

const session: Session = await ask('/session');
const iframe = document.createElement('iframe');
iframe.title = 'Orders';
iframe.setAttribute('sandbox', 'allow-scripts');
iframe.style.cssText = 'border: 0; width: 100%';
document.body.append(iframe);
if (iframe.contentWindow === null) throw new TypeError('an iframe in a page has a window');

const bridge = new AppBridge(null, { name: 'test-host', version: '1.0.0' }, session.capabilities, {
  hostContext: session.context,
});
window.bridge = bridge;
bridge.oncalltool = (params) => ask('/call', params);
bridge.onupdatemodelcontext = (params) => ask('/context', params);
bridge.onsizechange = ({ height = 0 }) => {
  iframe.style.height = `${height}px`;
};
bridge.oninitialized = () => {
  if (session.toolInput !== undefined) void bridge.sendToolInput({ arguments: session.toolInput });
  void bridge.sendToolResult(session.toolResult);
};
await bridge.connect(new PostMessageTransport(iframe.contentWindow, iframe.contentWindow));
iframe.src = session.viewUrl;
