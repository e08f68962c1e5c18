import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What an operator's Prometheus reads: counts and durations, without a shop, a principal or an order. */
export interface Metrics {
  /** @param route one of few, never a path as it came */
  answered(answer: { readonly route: string; readonly status: number; readonly durationMs: number }): void;
  /** @param outcome `ok` or the code of the failure */
  called(call: { readonly tool: string; readonly outcome: string; readonly durationMs: number }): void;
  refused(kind: string): void;
  /** Counts a call in; the function that it returns counts it out. */
  begin(calls: number): () => void;
  /** The page for Prometheus. */
  page(): Promise<Response>;
}

/** From a cached answer to the longest call, in s. */
const buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

export function createMetrics(): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'wemasy_http_request_duration_seconds',
    help: 'Requests by route and status',
    labelNames: ['route', 'status'] as const,
    buckets,
    registers,
  });
  const calls = new Histogram({
    name: 'wemasy_tool_call_duration_seconds',
    help: 'Tool calls by tool and outcome',
    labelNames: ['tool', 'outcome'] as const,
    buckets,
    registers,
  });
  const refusals = new Counter({
    name: 'wemasy_requests_refused_total',
    help: 'Requests that were refused before a tool was called, by kind',
    labelNames: ['kind'] as const,
    registers,
  });
  const inFlight = new Gauge({
    name: 'wemasy_calls_in_flight',
    help: 'JSON-RPC requests that are being answered',
    registers,
  });
  return {
    answered({ route, status, durationMs }) {
      requests.observe({ route, status }, durationMs / 1_000);
    },
    called({ tool, outcome, durationMs }) {
      calls.observe({ tool, outcome }, durationMs / 1_000);
    },
    refused(kind) {
      refusals.inc({ kind });
    },
    begin(count) {
      inFlight.inc(count);
      return () => {
        inFlight.dec(count);
      };
    },
    async page() {
      return new Response(await registry.metrics(), { headers: { 'content-type': registry.contentType } });
    },
  };
}
