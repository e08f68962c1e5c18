#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { preferLittleMemory } from '@wemasy-orders/runtime/v8-flags';
import {
  answerFromRecord,
  type Handover,
  type RecordedResponses,
} from './recorded-responses/recorded-responses.js';

// Nothing else is loaded here: most servers that assistants start are asked for their tools and then for nothing more.
const argv = process.argv.slice(2);
const recorded = argv.length === 0 ? readRecord() : undefined;
const { client, ended } = recorded === undefined ? nothingRecorded() : await answer(recorded);
if (!ended) {
  preferLittleMemory({ optimizes: false });
  const { run } = await import('./run.js');
  await run({
    argv,
    environment: process.env,
    client,
    print: (line) => {
      console.log(line);
    },
    printError: (line) => {
      console.error(line);
    },
  });
}

function nothingRecorded(): Handover {
  return { client: undefined, ended: false };
}

async function answer(answers: RecordedResponses): Promise<Handover> {
  const leave = () => process.exit(0);
  const { env: environment, stdin, stdout } = process;
  process.once('SIGINT', leave).once('SIGTERM', leave);
  // The client may go away before it has read its answer.
  stdout.once('error', leave);
  const handover = await answerFromRecord({ recorded: answers, environment, stdin, stdout });
  process.off('SIGINT', leave).off('SIGTERM', leave);
  stdout.off('error', leave);
  return handover;
}

/** Written by the build, beside the bundle; while it is being recorded there is none. */
function readRecord(): RecordedResponses | undefined {
  try {
    return JSON.parse(readFileSync(new URL('./recorded-responses.json', import.meta.url), 'utf8'));
  } catch {
    return undefined;
  }
}
