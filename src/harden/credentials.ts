/*
 * What a credential looks like, by the name it goes by and by its value. The masks of reports and the transform that moves credentials
 * out of a file share this.
 */

/** The part of a regular expression that a credential's name matches: `DB_PASSWORD`, `jwt.secret`, `API-Key`. */
export const CREDENTIAL_NAME = String.raw`[\w.-]*(?:passw(?:or)?d|passphrase|(?<![a-z])pwd|(?<![a-z])pass(?![a-z])|secret|token|api[_-]?key|access[_-]?key|private[_-]?key|encryption[_-]?key|master[_-]?key|auth[_-]?key|credential)[\w.-]*`;

/** The password in a URL, between what comes before it and the `@`. */
export const URL_PASSWORD = /(:\/\/[^\s:/@"']*:)((?:\$\{[^}]*\}|[^\s/"'@])+)(?=@)/g;

/** Names that say where or how a credential is, not what it is. */
export const NOT_SECRET = /(?:_|-)(?:file|path|dir|ttl|expir\w*|length|name|policy|type|url|host|port|enabled)$/i;

const VARIABLE = /^\$(?:\{[^}]*\}|\w+)$/;

/** Whether a value is none that has to be kept: empty, a variable, a boolean, a path, YAML that only refers to something. */
export function isPublicValue(value: string): boolean {
  return (
    value === '' ||
    VARIABLE.test(value) ||
    /^(?:true|false|yes|no|on|off|null|~)$/i.test(value) ||
    /^[|>&*[{!]/.test(value) ||
    // An absolute or explicitly relative path, as opposed to base64 that happens to contain a slash.
    /^(?:\/(?:run|etc|var|secrets?|usr|opt|home|root|tmp|app|data|config|srv|mnt)\/|\.{1,2}\/|~\/)/.test(value)
  );
}

const NAME = new RegExp(`^${CREDENTIAL_NAME}$`, 'i');

/**
 * Names that look like a credential's and are none: a cluster's name, an account's, a number of tokens, the names of key files that the
 * Kafka images look up, switches.
 */
const OTHERWISE =
  /(?:^ETCD_INITIAL_CLUSTER_TOKEN$|^KAFKA_.*_CREDENTIALS$|^MYSQL_RANDOM_ROOT_PASSWORD$|ACCESS_?KEY_?ID$|TOKENS?_(?:LIMIT|COUNT|MAX|SIZE|LENGTH)|(?:^|_)MAX_\w*TOKENS?|TOKENS$|_USERS?$|_USERNAME$|_REALM$|_ISSUER$|_ALGORITHM$|_COLUMN$|_HEADER$|_FIELD$|_ENDPOINT$|_URI$|_SECONDS$|_MINUTES$|_HOURS$|_DAYS$|_REQUIRED$|_ALLOWED$)/i;

/** Whether a variable of this name holds a credential. */
export function isCredentialName(name: string): boolean {
  return NAME.test(name) && !NOT_SECRET.test(name) && !OTHERWISE.test(name);
}
