import type { PersonalData } from '@wemasy-orders/presentation';
import type { ToolServices } from '../tools/tool.js';
import type { Principal, Scope } from './principal.js';

/** The shop of a principal, as it has been linked. */
export interface Shop {
  /** How much of the customers' data this link shows. */
  readonly personalData: PersonalData;
  /** Whether this link offers nothing that writes. */
  readonly readOnly: boolean;
  /**
   * What its calls work with; called once a call, so that services of a shop without calls can be let go.
   *
   * @throws {OrdersError} where the shop cannot be worked with now
   */
  services(): Promise<ToolServices>;
}

/** A secret of a machine. Only the hash is kept, and the secret is random, so that a fast hash is enough. */
export interface MachineSecret {
  /** Names the principal. */
  readonly name: string;
  /** SHA-256 of the secret, in hexadecimal. */
  readonly sha256: string;
  readonly scopes: readonly Scope[];
}

/** The shops that this server serves, and who has which. */
export interface Shops {
  /**
   * Undefined where none is linked to the principal.
   *
   * @throws {OrdersError} where the answer is not known now, e.g. because Redis is away
   */
  shopOf(principal: Principal): Promise<Shop | undefined>;
  /** The secret with this hash; a hash of an API token is never one. */
  secretWith(sha256: string): Promise<MachineSecret | undefined>;
  /** Answers what is not MCP: the page that links a shop. Undefined where it has no such path. */
  respond(request: Request): Promise<Response | undefined>;
  /** Page on which a principal links its shop; undefined where the operator links. */
  readonly linkPage: string | undefined;
  /** Waits for writes that are under way, then lets go of everything. */
  close(): Promise<void>;
}
