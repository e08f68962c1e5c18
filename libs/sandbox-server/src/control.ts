import { getConnInfo } from '@hono/node-server/conninfo';
import type { HttpBindings } from '@hono/node-server';
import { Hono } from 'hono';
import * as z from 'zod';
import type { FaultList } from './fault-list.js';
import { InjectedFault } from './injected-fault.js';
import type { Ledger } from './ledger.js';
import { isLoopbackAddress, isLoopbackName } from './loopback.js';
import type { Throttle } from './throttle.js';

/** How many of the latest bookings the start page shows. */
const shownBookings = 8;

/** What tests, demos and the start page read and set beside the documented API: all under /sandbox. */
export function createControl(parts: {
  readonly ledger: Ledger;
  readonly throttle: Throttle;
  readonly faults: FaultList;
}): Hono<{ Bindings: HttpBindings }> {
  const { ledger, throttle, faults } = parts;
  const control = new Hono<{ Bindings: HttpBindings }>();

  control.get('/ledger', (context) => context.json(ledger.entries()));

  control.get('/status', (context) =>
    context.json({
      windows: throttle.windows(),
      ledger: { bookings: ledger.count(), latest: ledger.latest(shownBookings) },
      faults: faults.entries(),
    }),
  );

  // A caller who sets faults breaks the sandbox for every other caller.
  control.use('/faults', async (context, next) => {
    const { address } = getConnInfo(context).remote;
    if (!isLoopbackAddress(address) || !isLoopbackName(new URL(context.req.url).hostname)) {
      return refusal(403, 'Faults can be set from this machine only: use http://127.0.0.1.');
    }
    return next();
  });
  control.get('/faults', (context) => context.json(faults.entries()));
  control.delete('/faults', (context) => {
    faults.clear();
    return context.json(faults.entries());
  });
  control.post('/faults', async (context) => {
    // A browser asks before a web page sends this type to another host, and this server does not answer.
    if (!/^application\/json\b/.test(context.req.header('content-type') ?? '')) {
      return refusal(415, 'Send the fault as application/json.');
    }
    let body: unknown;
    try {
      body = await context.req.json();
    } catch {
      return refusal(400, 'The body is not JSON.');
    }
    const fault = InjectedFault.safeParse(body);
    if (!fault.success) return refusal(422, z.prettifyError(fault.error));
    faults.add(fault.data);
    return context.json(faults.entries(), 201);
  });

  return control;
}

function refusal(status: number, message: string): Response {
  return Response.json({ error: true, message }, { status });
}
