export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

/** What a shell has to run once to complete our command lines; each of them asks the program itself for candidates. */
export const completionScripts: Readonly<Record<Shell, string>> = {
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
