/*
 * What a name says of its value. A name is a row of words (`DB_PASSWORD`, `jwt.secret`, `apiKey`, `API-Key-2`), and what counts is which words
 * there are and which is the last: `TOKEN` is a credential, `TOKEN_TTL` a number, `TOKENIZER` another word.
 */

const set = (words: string): ReadonlySet<string> => new Set(words.split(/\s+/));

/** Words that name a credential wherever they stand. */
const CREDENTIAL =
  set(`password passwords passwd passphrase passphrases passcode passwort pwd pass pw pswd pword psw secret secrets token tokens
  credential credentials creds cred apikey apikeys authkey privkey psk salt pepper dsn jwt htpasswd otp totp webhook authorization bearer
  mnemonic sas connectionstring masterauth`);

/** Words that a credential's name ends with where no separator parts it: `PGPASSWORD`, `authtoken`. */
const ENDINGS = `password passwords passwd passphrase passwort secret secrets token apikey secretkey privatekey accesskey authkey masterkey
  encryptionkey signingkey licensekey sessionkey pwd pass credentials`.split(/\s+/);

/** Words that end like one and are none. */
const LOOK_ALIKE = set('bypass compass encompass overpass surpass trespass underpass passthrough nonsecret topsecret oldpwd multipass');

/** Words that make a key one that must be kept: `API_KEY`, `SECRET_KEY_BASE`, `DL_CRY_KEY`. */
const KEEPS =
  set(`api access private secret encryption encrypt encrypted decryption master auth authentication signing sign signature session
  cookie app application license licence crypto crypt cry cipher jwt jws jwe hmac aes rsa ecdsa ssh deploy storage account admin service shared
  root client security vault unseal recovery wallet seed webhook hash hashing internal project server appservice bot user consumer subscription
  bucket s3 gcp azure aws cloudflare openai anthropic stripe sendgrid mailgun mailjet sentry datadog newrelic vapid turn peer preshared fernet
  django flask rails laravel nextauth`);

/** Words of a key that anybody may have. */
const PUBLIC = set('public publishable pub anon site');

/** Last words that say where, how long, how or of what kind a credential is. */
const ABOUT =
  set(`file files path paths dir directory folder ttl expiry expire expires expiration expiring lifetime length len size limit limits count
  max min name names policy type types url urls uri uris host hosts hostname port ports enabled enable disabled disable required allowed
  user users username realm issuer algorithm alg column header headers field endpoint endpoints seconds minutes hours days id ids mode
  provider class backend driver strategy format method methods scope scopes audience version prefix suffix source store storage location
  interval timeout duration age rotation reset template validator validation plugin regex pattern message label placeholder hint link page
  form protected change through env var variable command cmd script cost rounds iterations strength complexity threshold retries attempts
  rule rules entrypoints priority middlewares image bits curve digits encoding charset bucket region namespace domain service
  parallelism budget window usage price per leeway skew login manager engine cluster address addr server enforcement updated created
  only check checks verification verify index`);

/** Words that make a switch of a name: `MARIADB_RANDOM_ROOT_PASSWORD=1`. */
const SWITCH =
  set(`random allow allows empty enable enabled disable disabled require requires required use uses using generate generated skip
  no has is show hide force enforce ignore with without auto print log redact mask onetime should can must`);

/** Names that look like a credential's and are none. */
const OTHERWISE = set('ETCD_INITIAL_CLUSTER_TOKEN PWD OLDPWD COMPOSE_PROJECT_NAME');

/** Longer names are none of a variable; only their end is looked at. */
const LONGEST = 200;

/** The words of a name in lower case: split at what is no letter or digit, at a change of case, and before digits. */
export function wordsOf(name: string): string[] {
  const words: string[] = [];
  let word = '';
  const end = (): void => {
    if (word !== '') words.push(word.toLowerCase());
    word = '';
  };
  for (let at = Math.max(0, name.length - LONGEST); at < name.length; at++) {
    const char = name[at]!;
    const kind = kindOf(char);
    const before = word === '' ? undefined : kindOf(name[at - 1]!);
    if (kind === 'other') end();
    else {
      // `dbPassword`, `HTTPToken`, `key1`.
      const starts =
        before !== undefined &&
        (kind !== before
          ? !(before === 'upper' && kind === 'lower')
          : kind === 'upper' && word.length > 1 && kindOf(name[at + 1] ?? '') === 'lower');
      if (starts) end();
      word += char;
    }
  }
  end();
  return words;
}

type Kind = 'upper' | 'lower' | 'digit' | 'other';

function kindOf(char: string): Kind {
  if (char >= 'a' && char <= 'z') return 'lower';
  if (char >= 'A' && char <= 'Z') return 'upper';
  return char >= '0' && char <= '9' ? 'digit' : 'other';
}

/** What a name says: `user` has a user before its password (`BASIC_AUTH`), `switch` is on or off, `token count` may be a number. */
export type Says = 'credential' | 'user' | 'switch' | 'count' | 'nothing';

/** What a name says of its value. Of a name with dots the last part counts: `traefik.http.routers.token.rule` is a rule. */
export function says(name: string): Says {
  if (OTHERWISE.has(name)) return 'nothing';
  const words = wordsOf(lastPart(name)).map((word, at, all) => (isNumber(word) && at === all.length - 1 ? '' : word));
  while (words.at(-1) === '') words.pop();
  const last = words.at(-1);
  if (last === undefined) return 'nothing';
  if (isUsers(name, words)) return 'user';
  const named = words.some((word) => CREDENTIAL.has(word) || endsAsCredential(word)) || words.some((_, at) => isKept(words, at));
  if (!named || (ABOUT.has(last) && !CREDENTIAL.has(last))) return 'nothing';
  // Kafka's images look up key files by these names.
  if (words[0] === 'kafka' && last === 'credentials') return 'nothing';
  if (words.some((word) => SWITCH.has(word))) return 'switch';
  return words.includes('tokens') ? 'count' : 'credential';
}

/** Whether a variable of this name holds a credential. */
export function isCredentialName(name: string): boolean {
  const said = says(name);
  return said === 'credential' || said === 'user';
}

/** Whether a text has a word for credentials in it. */
export function speaksOfCredentials(text: string): boolean {
  const words = text.length > 2000 ? [] : text.split(/[^\w.-]/);
  return words.some((word) => wordsOf(word).some((each, at, all) => CREDENTIAL.has(each) || endsAsCredential(each) || isKept(all, at)));
}

function lastPart(name: string): string {
  const parts = name.split('.').filter((part) => part !== '');
  let at = parts.length - 1;
  while (at > 0 && isNumber(parts[at]!)) at--;
  return parts[at] ?? '';
}

function isUsers(name: string, words: readonly string[]): boolean {
  const last = words.at(-1)!;
  if (last === 'auth' || last === 'basicauth' || last === 'userpass' || last === 'userpwd' || last === 'htpasswd') return true;
  if (last !== 'users') return false;
  return (
    words.includes('auth') || words.includes('basicauth') || wordsOf(name).some((word) => word === 'basicauth' || word === 'digestauth')
  );
}

function endsAsCredential(word: string): boolean {
  return !LOOK_ALIKE.has(word) && ENDINGS.some((ending) => word.endsWith(ending));
}

/** Whether the word at a place is a key that must be kept. */
function isKept(words: readonly string[], at: number): boolean {
  if (words[at] !== 'key' && words[at] !== 'keys') return false;
  const before = words.slice(0, at);
  return before.some((word) => KEEPS.has(word)) && !before.some((word) => PUBLIC.has(word));
}

function isNumber(word: string): boolean {
  return /^\d+$/.test(word);
}
