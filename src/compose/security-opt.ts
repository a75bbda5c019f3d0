const TRUE = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);
const FALSE = new Set(['0', 'f', 'F', 'FALSE', 'false', 'False']);

/** What one item of `security_opt` says, as the Engine splits it: at the first `=`, else at the first `:`. `value` is undefined for a bare key. */
export function parseSecurityOpt(item: string): { key: string; value: string | undefined } {
  const separator = item.includes('=') ? '=' : ':';
  const at = item.indexOf(separator);
  if (at === -1) return { key: item, value: undefined };
  return { key: item.slice(0, at), value: item.slice(at + 1) };
}

/**
 * What an (interpolated) item of `security_opt` says about no-new-privileges. The Engine takes `no-new-privileges` alone, or with `=` or
 * `:` and one of the spellings of a boolean that Go knows; anything else that means it (`no-new-privileges: true` with a blank, `:yes`,
 * `no_new_privileges`) makes the container fail to start and is `refused`. Undefined when the item is about something else.
 *
 * Rule: https://github.com/moby/moby/blob/master/daemon/daemon_unix.go, parseSecurityOpt
 */
export function readNoNewPrivileges(item: string): 'on' | 'off' | 'refused' | undefined {
  if (item === 'no-new-privileges') return 'on';
  const { key, value } = parseSecurityOpt(item);
  if (key === 'no-new-privileges' && value !== undefined) {
    if (TRUE.has(value)) return 'on';
    if (FALSE.has(value)) return 'off';
    return 'refused';
  }
  const meant = key.toLowerCase().replace(/[\s_-]/g, '');
  return /^nonewpriv(ilege)?s?(true|false)?$/.test(meant) ? 'refused' : undefined;
}
