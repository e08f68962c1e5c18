import { setTimeout } from 'node:timers/promises';
import { type Fault, strike, type StruckRequest } from './fault.js';

/** The faults that are set, oldest first. */
export interface FaultList {
  add(fault: Fault): void;
  /** What is still to come: `requests` counts down, and a fault that is used up is gone. */
  entries(): readonly Fault[];
  clear(): void;
  /** Lets a request through, or has the oldest fault that concerns its operation strike it. */
  pass(request: Omit<StruckRequest, 'wait'>): Promise<Response>;
}

/** @param closing when the sandbox ends: a delayed request must not reach the closed database */
export function createFaultList(closing: AbortSignal): FaultList {
  let faults: readonly Fault[] = [];

  function take(operationId: string): Fault | undefined {
    const next = faults.find(({ operation }) => operation === undefined || operation === operationId);
    faults = faults.flatMap((fault) => {
      if (fault !== next) return fault;
      return fault.requests > 1 ? { ...fault, requests: fault.requests - 1 } : [];
    });
    return next;
  }

  return {
    add(fault) {
      faults = [...faults, fault];
    },
    entries: () => faults,
    clear() {
      faults = [];
    },
    async pass(request) {
      const fault = take(request.operation.operationId);
      if (fault === undefined) return request.carryOut();
      try {
        return await strike(fault, {
          ...request,
          wait: (milliseconds) => setTimeout(milliseconds, undefined, { signal: closing }),
        });
      } catch (error) {
        if (closing.aborted) return request.reset();
        throw error;
      }
    },
  };
}
