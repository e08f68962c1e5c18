import { tokens } from './tokens.js';

/** The front page: what listens here and how to talk to it. */
export function welcome(apiUrl: string): string {
  return `Wemasy Orders sandbox

The two documented order endpoints of the Wemasy webshop API, with invented orders of an invented shop.
Nothing here reaches Wemasy or SnelStart.

API         ${apiUrl}
Document    /openapi.yaml, /openapi.json
Ledger      /sandbox/ledger (what was synced, in order)

Tokens      ${tokens.fullAccess} (lists and syncs)
            ${tokens.readOnly} (lists; a sync is forbidden)
`;
}
