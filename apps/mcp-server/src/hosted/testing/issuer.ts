import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { Provider, type Configuration } from 'oidc-provider';

/** A real identity provider on loopback, which signs everyone in as who the test says. */
export interface Issuer {
  readonly url: string;
  /** Who signs in next. */
  user: string;
  /** Whether the next user gives up. */
  declines: boolean;
  close(): Promise<void>;
}

export const testClient = { id: 'orders-link', secret: 'a client secret of the tests' };

/** @param redirectUrl where the page that links a shop gets its users back */
export async function startIssuer(redirectUrl: string, more: Configuration = {}): Promise<Issuer> {
  let listener: (request: IncomingMessage, response: ServerResponse) => void = () => undefined;
  const server = createServer((request, response) => {
    listener(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  const url = `http://127.0.0.1:${address.port}`;
  const issuer = { url, user: 'jan', declines: false };
  const provider = new Provider(url, {
    clients: [
      {
        client_id: testClient.id,
        client_secret: testClient.secret,
        redirect_uris: [redirectUrl],
        token_endpoint_auth_method: 'client_secret_post',
      },
    ],
    cookies: { keys: ['a key of the tests'] },
    features: { devInteractions: { enabled: false } },
    interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub }) }),
    async loadExistingGrant({ oidc }) {
      const grant = new provider.Grant({
        clientId: oidc.client?.clientId,
        accountId: oidc.session?.accountId,
      });
      grant.addOIDCScope('openid');
      await grant.save();
      return grant;
    },
    ...more,
  });
  const answer = provider.callback();
  listener = (request, response) => {
    if (request.url?.startsWith('/interaction/') !== true) return void answer(request, response);
    const result = issuer.declines
      ? { error: 'access_denied', error_description: 'The user declined' }
      : { login: { accountId: issuer.user, remember: false } };
    provider.interactionFinished(request, response, result).catch(() => response.writeHead(500).end());
  };
  return Object.assign(issuer, {
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  });
}
