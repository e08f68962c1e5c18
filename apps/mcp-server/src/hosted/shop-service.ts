import { createMcpService, type McpService, type ServiceOptions } from '../server.js';
import type { Tool } from '../tools/tool.js';
import { scopeOf } from './auth/scope-check.js';
import { nextStepsOf, NoShopError, NotPermittedError } from './errors.js';
import type { Principal } from './principal.js';
import type { Shop } from './shop.js';

export interface ShopServiceOptions extends Omit<
  ServiceOptions,
  'tools' | 'services' | 'refuse' | 'nextSteps'
> {
  readonly principal: Principal;
  /** The shop of the principal; undefined where it has none; an error where that is not known now. */
  readonly shop: Shop | undefined | Error;
  /** Page on which a principal links its shop; undefined where the operator links. */
  readonly linkPage: string | undefined;
  /** The tools for what a link shows of customers' data. */
  readonly toolsFor: (personalData: Shop['personalData']) => readonly Tool[];
}

/**
 * The MCP service of a principal: over its shop, with the tools of its scopes. Without a shop it lists the tools all the
 * same, and a call says what to do.
 */
export function createShopService(options: ShopServiceOptions): McpService {
  const { principal, shop, linkPage, toolsFor, personalData, ...rest } = options;
  const linked = shop instanceof Error ? undefined : shop;
  return createMcpService({
    ...rest,
    personalData: linked?.personalData ?? personalData,
    nextSteps: nextStepsOf(linkPage),
    tools: toolsFor(linked?.personalData ?? personalData).filter(
      ({ annotations }) => annotations.readOnlyHint || linked?.readOnly !== true,
    ),
    refuse: (tool) => (principal.scopes.has(scopeOf(tool)) ? undefined : new NotPermittedError(tool.name)),
    async services() {
      if (shop instanceof Error) throw shop;
      if (shop === undefined) throw new NoShopError(linkPage);
      return shop.services();
    },
  });
}
