import * as z from 'zod';
import type { CommandDefinition } from '../command.js';
import { exitCodes } from '../exit-codes.js';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export const completion: CommandDefinition = {
  name: 'completion',
  onlyPrints: true,
  summary: 'Print a completion script for a shell',
  description:
    'Prints the script that a shell runs at startup to complete commands, options, and the values of filters.',
  arguments: [{ name: '<shell>', meaning: 'The shell', choices: shells }],
  options: [],
  examples: [
    ['source <(wemasy-orders completion bash)', 'in ~/.bashrc'],
    ['source <(wemasy-orders completion zsh)', 'in ~/.zshrc, after compinit'],
    ['wemasy-orders completion fish | source', 'in ~/.config/fish/config.fish'],
  ],
  async action({ args }, { terminal }) {
    const [shell] = z.tuple([z.enum(shells)]).parse(args);
    await terminal.out.write(scripts[shell]);
    return exitCodes.done;
  },
};

/** Each script asks `wemasy-orders complete` for candidates. */
const scripts: Readonly<Record<Shell, string>> = {
  bash: lines(
    '_wemasy_orders() {',
    "  local IFS=$'\\n'",
    '  COMPREPLY=($(wemasy-orders complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))',
    '}',
    'complete -o default -F _wemasy_orders wemasy-orders',
  ),
  zsh: lines(
    '#compdef wemasy-orders',
    '_wemasy_orders() {',
    '  local -a found',
    '  local line',
    '  for line in "${(@f)$(wemasy-orders complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do',
    "    [[ -n $line ]] && found+=(\"${line%%$'\\t'*}:${line#*$'\\t'}\")",
    '  done',
    "  if (( $#found )); then _describe 'wemasy-orders' found; else _files; fi",
    '}',
    'compdef _wemasy_orders wemasy-orders',
  ),
  fish: lines(
    "complete -c wemasy-orders -f -a '(wemasy-orders complete -- (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'",
  ),
};

function lines(...texts: readonly string[]): string {
  return texts.map((text) => `${text}\n`).join('');
}
