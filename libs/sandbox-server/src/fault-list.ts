import { setTimeout } from 'node:timers/promises';
import { applyFault, type FaultyRequest, type InjectedFault } from './injected-fault.js';

/** The faults that are set, oldest first. */
export interface FaultList {
  add(fault: InjectedFault): void;
  /** What is still to come: `requests` counts down, and a fault that is used up is gone. */
  entries(): readonly InjectedFault[];
  clear(): void;
  /** Answers a request, or applies the oldest fault that affects its operation. */
  pass(request: Omit<FaultyRequest, 'wait'>): Promise<Response>;
}

/** @param closing aborts when the sandbox closes: a delayed request must not reach the closed database */
export function createFaultList(closing: AbortSignal): FaultList {
  let faults: readonly InjectedFault[] = [];

  function take(operationId: string): InjectedFault | undefined {
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
      if (fault === undefined) return request.serve();
      try {
        return await applyFault(fault, {
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
