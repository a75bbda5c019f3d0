/**
 * The one spelling of a container path: no trailing or double slash, no `.` or `..`. `/` stays, and so does a path that is not absolute
 * at its start (`C:\data`, `data`).
 */
export function cleanContainerPath(path: string): string {
  if (isClean(path)) return path;
  const absolute = path.startsWith('/');
  const kept: string[] = [];
  for (const step of path.split('/')) {
    if (step === '..' && kept.length > 0 && kept.at(-1) !== '..') kept.pop();
    else if (step !== '' && step !== '.' && !(step === '..' && absolute)) kept.push(step);
  }
  return (absolute ? '/' : '') + kept.join('/');
}

/** Whether a path is spelled as it should be for sure: most are. */
function isClean(path: string): boolean {
  return path.startsWith('/') && !path.includes('//') && !path.includes('/.') && (path === '/' || !path.endsWith('/'));
}

/** The directory that a path is in; `/` is in itself. */
export function parentOf(path: string): string {
  const at = path.lastIndexOf('/');
  return at < 0 ? path : path.slice(0, at) || '/';
}

/** Whether both are the same place in a container. `/var/run` is a link to `/run` in practically every image, so they count as the same. */
export function samePath(a: string, b: string): boolean {
  return resolveRun(a) === resolveRun(b);
}

/** Whether a mount at `parent` holds `child`: the same place, or one below it. */
export function covers(parent: string, child: string): boolean {
  const above = resolveRun(parent);
  const below = resolveRun(child);
  return above === below || below.startsWith(above.endsWith('/') ? above : `${above}/`);
}

function resolveRun(path: string): string {
  return cleanContainerPath(path).replace(/^\/var\/run(?=\/|$)/, '/run');
}
