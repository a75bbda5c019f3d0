import { createHash } from 'node:crypto';
import { DRAWING_CSS, themeCss } from './graph/theme';
import { type Html, html } from './text/html';

/** What makes a page that is whole in itself. */
export interface ScriptedPage {
  title: Html;
  style: Html;
  /** The only script of the page: its policy names it by its hash. */
  script: Html;
  /** What its policy says besides: it loads nothing, and its styles stand in it. */
  policy: Html;
  /** More lines of the head. */
  head?: readonly Html[];
  /** The lines between `<body>` and the script. */
  body: readonly Html[];
}

/** A page with the drawings' themes that opens offline, loads nothing and runs no script but its own. */
export function scriptedPage({ title, style, script, policy, head = [], body }: ScriptedPage): Html {
  const hash = createHash('sha256').update(script.text).digest('base64');
  const lines = [
    html`<!doctype html>`,
    html`<html lang="en">`,
    html`<head>`,
    html`<meta charset="utf-8">`,
    html`<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-${hash}'; ${policy}">`,
    html`<meta name="viewport" content="width=device-width, initial-scale=1">`,
    ...head,
    html`<title>${title}</title>`,
    html`<style>${themeCss()}\n${DRAWING_CSS}\n${style}</style>`,
    html`</head>`,
    html`<body>`,
    ...body,
    html`<script>${script}</script>`,
    html`</body>`,
    html`</html>\n`,
  ];
  return html.join(lines, '\n');
}
