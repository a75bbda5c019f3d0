const SHELL = /^(.*\/)?(sh|bash|ash|dash|zsh|ksh)$/;

/** Shells, and init programs that run what follows them. */
const WRAPPER = /^((.*\/)?(sh|bash|ash|dash|tini(-static)?|dumb-init|catatonit|docker-init|env|busybox)|-\S*|)$/;

/** What a shell is told to run: the text after `-c`, and the words behind it. */
export interface ShellLine {
  text: string;
  rest: readonly string[];
}

export function isShell(word: string): boolean {
  return SHELL.test(word);
}

export function isWrapper(word: string): boolean {
  return WRAPPER.test(word);
}

/** What `sh -c` runs, also behind `tini --` or `env`; undefined when no shell is given a line. */
export function shellLine(words: readonly string[]): ShellLine | undefined {
  const at = words.findIndex(isShell);
  if (at < 0 || !words.slice(0, at).every(isWrapper)) return undefined;
  for (let option = at + 1; option < words.length; option++) {
    const word = words[option]!;
    if (/^-\w*c$/.test(word)) {
      // `sh -c -- 'line'`
      const from = words[option + 1] === '--' ? option + 2 : option + 1;
      const text = words[from];
      return text === undefined ? undefined : { text, rest: words.slice(from + 1) };
    }
    if (/^[-+]\w*o$/.test(word)) option++;
    else if (!/^[-+]/.test(word)) return undefined;
  }
  return undefined;
}
