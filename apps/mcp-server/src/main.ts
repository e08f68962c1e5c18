#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { preferLittleMemory } from '@wemasy-orders/runtime/v8-flags';
import { answerFirst, type FirstAnswers, type HandOver } from './first-answers.js';

// Nothing else is loaded here: most servers that assistants start are asked for their tools and then for nothing more.
const argv = process.argv.slice(2);
const recorded = argv.length === 0 ? readFirstAnswers() : undefined;
const { greeted, ended } = recorded === undefined ? notAsked() : await answer(recorded);
if (!ended) {
  preferLittleMemory({ optimizes: false });
  const { run } = await import('./run.js');
  await run({
    argv,
    environment: process.env,
    greeted,
    print: (line) => {
      console.log(line);
    },
    tell: (line) => {
      console.error(line);
    },
  });
}

function notAsked(): HandOver {
  return { greeted: undefined, ended: false };
}

async function answer(answers: FirstAnswers): Promise<HandOver> {
  const leave = () => process.exit(0);
  const { env: environment, stdin, stdout } = process;
  process.once('SIGINT', leave).once('SIGTERM', leave);
  // The client may go away before it has read its answer.
  stdout.once('error', leave);
  const handOver = await answerFirst({ recorded: answers, environment, stdin, stdout });
  process.off('SIGINT', leave).off('SIGTERM', leave);
  stdout.off('error', leave);
  return handOver;
}

/** Written by the build, beside the bundle; while it is being recorded there is none. */
function readFirstAnswers(): FirstAnswers | undefined {
  try {
    return JSON.parse(readFileSync(new URL('./first-answers.json', import.meta.url), 'utf8'));
  } catch {
    return undefined;
  }
}
