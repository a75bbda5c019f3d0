import type { TransformInfo } from '../../harden/api';
import { columnFor, pad, trimEnd } from '../../report/layout';
import { paintSeverity } from '../../report/pretty';
import { json } from '../../report/text/json';
import { type Shown, say } from '../../report/text/screen';
import type { Text } from '../../report/text/text';
import type { Context } from '../context';
import type { Screen } from '../screen';

/** `batten list`: the transforms, in the order they run. */
export async function list(context: Context): Promise<number> {
  const { host, options, out } = context;
  const transforms = host.batten().transforms();
  out.print(options.format === 'json' ? listJson(transforms) : listTable(transforms, out));
  return 0;
}

function listJson(transforms: readonly TransformInfo[]): Text {
  const rows = transforms.map(({ id, title, summary, severity, controls, preset }) => ({
    id,
    title,
    summary,
    severity,
    preset,
    default: preset === 'recommended',
    controls,
  }));
  return json(rows, 2);
}

function listTable(transforms: readonly TransformInfo[], { colors }: Screen): Shown {
  const id = columnFor(['id', ...transforms.map((each) => each.id)]);
  const title = columnFor(['what it does', ...transforms.map((each) => each.title)]);
  const head = say`${pad('id', id)}  severity  preset       ${pad('what it does', title)}  controls`;
  const rows = transforms.map(
    (each) =>
      say`${colors.bold(pad(each.id, id))}  ${pad(paintSeverity(each.severity, colors), 8)}  ${pad(each.preset, 'recommended'.length)}  ${pad(each.title, title)}  ${colors.dim(each.controls.join(', '))}`,
  );
  return say`${say.join([colors.dim(head), ...rows].map(trimEnd), '\n')}\n`;
}
