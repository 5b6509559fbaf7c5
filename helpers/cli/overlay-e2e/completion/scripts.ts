/** The shells whose completion there is. */
export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

// Each script passes the words on as typed and does not let a shell expand them, so that a Tab runs no command in them.
// Each line of the output is a word, a tab and its meaning; `:files` and `:folders` request these in addition.

const bash = `# bash completion of overlay-e2e: source <(overlay-e2e completion bash)
_overlay_e2e() {
  local line
  COMPREPLY=()
  compopt +o default
  while IFS= read -r line; do
    case $line in
      :files) compopt -o default ;;
      :folders) compopt -o dirnames ;;
      *) COMPREPLY+=("\${line%%$'\\t'*}") ;;
    esac
  done < <("$1" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
}
complete -o default -F _overlay_e2e overlay-e2e
`;

const zsh = `#compdef overlay-e2e
# zsh completion of overlay-e2e: source <(overlay-e2e completion zsh)
_overlay_e2e() {
  local line word
  local -a found
  local files=none
  while IFS= read -r line; do
    case $line in
      :files) files=files ;;
      :folders) files=folders ;;
      *)
        word=\${line%%$'\\t'*}
        found+=("\${word//:/\\\\:}:\${line#*$'\\t'}")
        ;;
    esac
  done < <("$words[1]" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)
  (( \${#found} )) && _describe -t values overlay-e2e found
  [[ $files == files ]] && _files
  [[ $files == folders ]] && _files -/
  return 0
}
compdef _overlay_e2e overlay-e2e
`;

const fish = `# fish completion of overlay-e2e: overlay-e2e completion fish | source
function __overlay_e2e
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    for line in ($words[1] complete -- $words[2..-1] "$current" 2>/dev/null)
        switch $line
            case ':files'
                __fish_complete_path "$current"
            case ':folders'
                __fish_complete_directories "$current"
            case '*'
                echo $line
        end
    end
end
complete -c overlay-e2e -f -a '(__overlay_e2e)'
`;

/** The script for each shell that completes `overlay-e2e`. */
export const completionScripts: Readonly<Record<Shell, string>> = { bash, zsh, fish };
