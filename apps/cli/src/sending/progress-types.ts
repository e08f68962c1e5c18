import type { SyncProgress } from '@wemasy-orders/order-sync';
import type { Clock } from '@wemasy-orders/state';
import type { Channel } from '../terminal.js';
import type { Allowance } from './allowance.js';

/** Shows a run while it lasts. */
export interface Progress {
  update(progress: SyncProgress): void;
  /** Writes a line of its own. */
  notify(line: string): void;
  /** Removes everything that is in the way of the report. */
  end(): void;
}

export interface ProgressOptions {
  readonly total: number;
  readonly allowance: Allowance;
  readonly err: Channel;
  readonly clock: Clock;
  /** Show only what needs attention. */
  readonly quiet: boolean;
}
