/* What a value says of itself, whatever it is called. Everything here is linear in the length of the value. */

/** What stands for a credential where it is not to be seen. */
export const MASK = '••••';

const SWITCHES = new Set('true false yes no on off null ~ 0 1 none enabled disabled'.split(' '));

/** Where programs in containers, and people, keep their files. */
const PLACES = new Set('run etc var secret secrets usr opt home root tmp app data config srv mnt'.split(' '));

/** Whether a value is none that has to be kept: empty, a variable, a switch, a path. */
export function isPublicValue(value: string): boolean {
  return (
    value === '' ||
    value.includes(MASK) ||
    SWITCHES.has(value.toLowerCase()) ||
    isPath(value) ||
    (isReference(value) && !startsHash(value, 0))
  );
}

/** An absolute or explicitly relative path, as opposed to base64 that happens to contain a slash. */
function isPath(value: string): boolean {
  if (value.startsWith('./') || value.startsWith('../') || value.startsWith('~/')) return true;
  if (value[0] !== '/') return false;
  const end = value.indexOf('/', 1);
  return end !== -1 && PLACES.has(value.slice(1, end));
}

/** Variables alone, of Compose, of a shell or of a template: `$A`, `${A}`, `$${A}`, `${A}${B}`, `$(cat /run/x)`, `{{ a }}`. */
function isReference(value: string): boolean {
  if (value.startsWith('{{') && value.endsWith('}}')) return true;
  if (value[0] === '`') return true;
  let at = 0;
  while (at < value.length) {
    if (value[at] !== '$') return false;
    const dollars = at;
    while (value[at] === '$') at++;
    // `$$ecret` is a dollar and a word, `$$SECRET` a variable of a shell.
    if (at - dollars > 1 && value[at]! >= 'a' && value[at]! <= 'z') return false;
    if (value[at] === '(') return true;
    if (value[at] === '{') {
      const name = nameEnd(value, at + 1);
      if (name === at + 1) return false;
      const operator = value[name] === ':' ? name + 1 : name;
      if (value[name] === '}') at = name + 1;
      // What it says when it is missing, and nothing else.
      else if (value[operator] === '?') return value.indexOf('}', operator) === value.length - 1;
      else return false;
    } else {
      const end = nameEnd(value, at);
      if (end === at) return false;
      at = end;
    }
  }
  return true;
}

function nameEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && isWord(text[at]!)) at++;
  return at;
}

/** Letters, digits and `_`. */
export function isWord(char: string | undefined): boolean {
  if (char === undefined) return false;
  return (char >= 'a' && char <= 'z') || (char >= 'A' && char <= 'Z') || (char >= '0' && char <= '9') || char === '_';
}

/** How the tokens of services begin that give them a form, and how much has to follow. */
const PREFIXES: readonly (readonly [prefix: string, rest: number])[] = [
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_', 'glpat-', 'gldt-', 'glrt-', 'glcbt-', 'glptt-', 'gloas-', 'glsa_', 'glc_'],
  ...['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxe-', 'xapp-', 'sk-', 'sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'],
  ...['AIza', 'ya29.', 'SG.', 'npm_', 'pypi-', 'dop_v1_', 'doo_v1_', 'hvs.', 'hvb.', 'hvr.', 'shpat_', 'shpss_', 'dckr_pat_', 'dckr_oat_'],
  ...['hf_', 'tskey-', 'ATATT', 'ATCTT', 'figd_', 'lin_api_', 'ntn_', 'PMAK-', 'rubygems_', 'AGE-SECRET-KEY-', 'EAAC', 'sq0', 'gsk_'],
  ...[
    'nvapi-',
    'pplx-',
    'r8_',
    'phc_',
    'phx_',
    'sntrys_',
    'sntryu_',
    'glimt-',
    'dapi',
    'ops_ey',
    'v1.0-',
    'CFPAT-',
    'key-',
    'fly-',
    'FlyV1',
  ],
].map((prefix) => [prefix, prefix.length < 4 || prefix === 'key-' || prefix === 'dapi' ? 16 : 8] as const);

const BY_START = new Map<string, (readonly [string, number])[]>();
for (const each of PREFIXES) BY_START.set(each[0].slice(0, 2), [...(BY_START.get(each[0].slice(0, 2)) ?? []), each]);

/** Whether a word (letters, digits, `_`, `.`, `-`) is a token by its form: `ghp_…`, `AKIA…`, a JWT. */
export function isToken(word: string): boolean {
  if (word.startsWith('eyJ')) {
    const parts = word.split('.');
    return parts.length >= 2 && word.length >= 20;
  }
  if (word.startsWith('AKIA') || word.startsWith('ASIA')) return word.length >= 16 && /^[A-Z0-9]+$/.test(word);
  for (const [prefix, rest] of BY_START.get(word.slice(0, 2)) ?? []) {
    // `sk-` and a name of words is a name.
    if (word.startsWith(prefix) && word.length >= prefix.length + rest) return /\d/.test(word) || word.length > 40;
  }
  return false;
}

/** The schemes of hashed passwords between `$` and `$`: `$2y$`, `$apr1$`. */
const SCHEMES = new Set('1 2 2a 2b 2x 2y 5 6 7 y gy apr1 argon2 argon2i argon2d argon2id pbkdf2 scrypt sha1 md5 bcrypt P H'.split(' '));

/** Whether a hashed password begins at a `$` of a text, whose dollars Compose may want doubled. */
export function startsHash(text: string, at: number): boolean {
  let from = at;
  while (text[from] === '$' && from < at + 2) from++;
  let end = from;
  while (end < from + 14 && (isWord(text[end]) || text[end] === '-')) end++;
  if (text[end] !== '$') return false;
  const scheme = text.slice(from, end);
  return SCHEMES.has(scheme) || scheme.startsWith('pbkdf2');
}

/** Whether a text is more likely made than a word: digits among letters, both cases, signs. */
export function looksMade(text: string): boolean {
  if (text.length < 6) return false;
  const digit = /\d/.test(text);
  const letter = /[a-z]/i.test(text);
  return (digit && letter) || (/[a-z][A-Z]/.test(text) && text.length >= 8) || /[!#$%^&+=]/.test(text);
}
