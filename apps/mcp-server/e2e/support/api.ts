import { type Script, startUpstream, type Upstream } from '@wemasy-orders/client/testing';

/** An API whose behaviour changes from test to test, while the server before it stays. */
export interface Api extends Upstream {
  behaves(script: Script): void;
}

export async function startApi(): Promise<Api> {
  let current: Script = (_, response) => void response.destroy();
  const upstream = await startUpstream((...args) => current(...args));
  return {
    ...upstream,
    behaves(script) {
      current = script;
    },
  };
}
