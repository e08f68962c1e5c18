import { confirm, isCancel } from '@clack/prompts';
import type { Terminal } from './terminal.js';

/** Asks a question whose default answer is no. */
export async function ask(question: string, { stdin, err }: Terminal): Promise<'yes' | 'no' | 'interrupted'> {
  const answer = await confirm({ message: question, initialValue: false, input: stdin, output: err.stream });
  if (isCancel(answer)) return 'interrupted';
  return answer ? 'yes' : 'no';
}
