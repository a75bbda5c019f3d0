import { html } from '../text/html';

/** How the page looks: colours by severity over those of the drawings, light and dark, and on paper. */
export const STYLE = html`*{box-sizing:border-box}
:root{--critical:#b91c1c;--critical-fill:#fee2e2;--high:#c2410c;--high-fill:#ffedd5;--medium:#a16207;--medium-fill:#fef3c7;--low:#1d4ed8;--low-fill:#dbeafe;--good:#15803d;--good-fill:#dcfce7;--sheet:#f8fafc}
@media (prefers-color-scheme:dark){:root:not([data-theme=light]){--critical:#fca5a5;--critical-fill:#7f1d1d;--high:#fdba74;--high-fill:#7c2d12;--medium:#fde68a;--medium-fill:#5f3d0a;--low:#93c5fd;--low-fill:#1e3a8a;--good:#86efac;--good-fill:#14532d;--sheet:#0f1829}}
:root[data-theme=dark]{--critical:#fca5a5;--critical-fill:#7f1d1d;--high:#fdba74;--high-fill:#7c2d12;--medium:#fde68a;--medium-fill:#5f3d0a;--low:#93c5fd;--low-fill:#1e3a8a;--good:#86efac;--good-fill:#14532d;--sheet:#0f1829}
html{scroll-behavior:smooth;color-scheme:light dark}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif}
main,header,footer{max-width:1180px;margin:0 auto;padding:0 28px}
header{display:flex;align-items:flex-start;justify-content:space-between;gap:20px;padding-top:34px}
h1{font-size:27px;line-height:1.2;margin:0;letter-spacing:-.01em}
header p{margin:6px 0 0;color:var(--soft)}
button{font:inherit;border:1px solid var(--line);background:none;color:var(--ink);border-radius:9px;padding:5px 11px;cursor:pointer}
button:hover,button:focus-visible{border-color:var(--ink)}
h2{font-size:19px;margin:44px 0 12px;letter-spacing:-.005em}
h3{font-size:15.5px;margin:26px 0 8px;display:flex;gap:10px;align-items:baseline;flex-wrap:wrap}
a{color:inherit;text-decoration-color:var(--line);text-underline-offset:3px}
code,pre{font:12.8px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.soft{color:var(--soft);font-weight:400}
.tiles{display:grid;grid-template-columns:repeat(4,minmax(0,1fr));gap:14px;margin:26px 0 0}
.tile{border-radius:14px;padding:16px 18px 13px;border:1px solid var(--line);background:var(--sheet);text-align:left;color:inherit;display:block;width:100%}
.tile b{display:block;font-size:34px;line-height:1.1;font-variant-numeric:tabular-nums;font-weight:680}
.tile.critical b{color:var(--critical)}.tile.high b{color:var(--high)}.tile.medium b{color:var(--medium)}.tile.low b{color:var(--low)}
.tile.none b{color:var(--soft)}
.bar{display:flex;height:14px;border-radius:7px;overflow:hidden;margin:18px 0 8px;background:var(--line);gap:2px}
.bar i{display:block;min-width:3px}
.bar .would{background:var(--good)}.bar .held{background:var(--medium)}.bar .manual{background:var(--high)}.bar .suppressed{background:var(--soft)}
.key{display:flex;flex-wrap:wrap;gap:6px 22px;margin:0;padding:0;list-style:none;color:var(--soft);font-size:13.5px}
.key i{display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:7px}
.key b{color:var(--ink);font-variant-numeric:tabular-nums}
.key .would i{background:var(--good)}.key .held i{background:var(--medium)}.key .manual i{background:var(--high)}.key .suppressed i{background:var(--soft)}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:6px 12px 6px 0;border-bottom:1px solid var(--line);vertical-align:top}
th{color:var(--soft);font-weight:500;font-size:13px}
td.n,th.n{text-align:center;width:78px;padding-right:0}
td.n span{display:inline-block;min-width:30px;border-radius:8px;padding:1px 8px;font-variant-numeric:tabular-nums;font-weight:600}
td.n .critical{background:var(--critical-fill);color:var(--critical)}td.n .high{background:var(--high-fill);color:var(--high)}td.n .medium{background:var(--medium-fill);color:var(--medium)}td.n .low{background:var(--low-fill);color:var(--low)}
td.n .zero{color:var(--line);font-weight:400}
.controls{display:grid;grid-template-columns:max-content 1fr max-content;gap:5px 14px;align-items:center;font-size:14px}
.controls i{display:block;height:12px;border-radius:4px;background:var(--low);opacity:.75;min-width:3px}
.controls .critical{background:var(--critical)}.controls .high{background:var(--high)}.controls .medium{background:var(--medium)}
.controls b{font-variant-numeric:tabular-nums;font-weight:600}
section.stack{border-top:2px solid var(--line);margin-top:46px}
section.stack>h2{margin-top:22px;overflow-wrap:anywhere}
.panels{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:16px;align-items:start}
.panels.wide{grid-template-columns:minmax(0,1fr)}
figure{margin:0;border:1px solid var(--line);border-radius:14px;padding:10px 10px 6px;overflow-x:auto;background:var(--page)}
figure svg{max-width:100%;height:auto;display:block}
figcaption{font-weight:600;font-size:13.5px;padding:0 6px 4px;color:var(--soft)}
ul.findings{list-style:none;margin:0;padding:0;display:grid;gap:8px}
.finding{border:1px solid var(--line);border-left-width:4px;border-radius:10px;padding:9px 14px;background:var(--sheet)}
.finding.critical{border-left-color:var(--critical)}.finding.high{border-left-color:var(--high)}.finding.medium{border-left-color:var(--medium)}.finding.low{border-left-color:var(--low)}
.finding.suppressed{opacity:.65}
.finding p{margin:2px 0}
.finding .head{display:flex;gap:10px;flex-wrap:wrap;align-items:baseline}
.chip{border-radius:999px;padding:0 9px;font-size:12px;font-weight:600;line-height:20px}
.chip.critical{background:var(--critical-fill);color:var(--critical)}.chip.high{background:var(--high-fill);color:var(--high)}.chip.medium{background:var(--medium-fill);color:var(--medium)}.chip.low{background:var(--low-fill);color:var(--low)}
.finding .plan{color:var(--good)}
.finding .why{color:var(--high)}
pre{margin:8px 0 0;padding:12px 14px;background:var(--sheet);border:1px solid var(--line);border-radius:10px;overflow-x:auto}
pre.diff span{display:block;margin:0 -14px;padding:0 14px;width:max-content;min-width:calc(100% + 28px)}
pre.diff .add{background:var(--good-fill);color:var(--good)}pre.diff .del{background:var(--critical-fill);color:var(--critical)}pre.diff .at{color:var(--soft)}
details{margin:14px 0}
summary{cursor:pointer;font-weight:600}
.error{border:1px solid var(--critical);border-radius:10px;padding:9px 14px;color:var(--critical)}
.note{color:var(--soft);font-size:13.5px;margin:6px 0}
.clean{color:var(--good);font-weight:600}
footer svg{max-width:100%;height:auto}
.finding,h3,td{overflow-wrap:anywhere}
footer{color:var(--soft);font-size:13px;padding-top:40px;padding-bottom:44px}
body[data-only=critical] .finding:not(.critical),body[data-only=high] .finding:not(.high),body[data-only=medium] .finding:not(.medium),body[data-only=low] .finding:not(.low){display:none}
body[data-only=critical] .tile.critical,body[data-only=high] .tile.high,body[data-only=medium] .tile.medium,body[data-only=low] .tile.low{outline:2px solid currentColor}
@media (max-width:820px){.tiles{grid-template-columns:repeat(2,minmax(0,1fr))}.panels{grid-template-columns:minmax(0,1fr)}td.n,th.n{width:auto;padding-right:6px}main,header,footer{padding-left:16px;padding-right:16px}}
@media print{:root,:root[data-theme=dark]{color-scheme:light}body{font-size:11pt}button#theme{display:none}main,header,footer{max-width:none;padding:0}section.stack{break-before:page;border:0}.finding,figure,tr,.tile{break-inside:avoid}h2,h3{break-after:avoid}figure{overflow:visible}pre{white-space:pre-wrap;overflow-wrap:anywhere}pre.diff span{width:auto}a{text-decoration:none}*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}`;

/** Light or dark, one severity alone, and everything open on paper. Without it the page is whole. */
export const SCRIPT = html`(function () {
  var root = document.documentElement;
  document.getElementById('theme').addEventListener('click', function () {
    var dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
  });
  document.querySelectorAll('.tile').forEach(function (tile) {
    tile.addEventListener('click', function () {
      if (document.body.dataset.only === tile.dataset.severity) delete document.body.dataset.only;
      else document.body.dataset.only = tile.dataset.severity;
    });
  });
  var closed = [];
  var theme;
  addEventListener('beforeprint', function () {
    theme = root.dataset.theme;
    root.dataset.theme = 'light';
    closed = Array.from(document.querySelectorAll('details:not([open])'));
    closed.forEach(function (each) { each.open = true; });
  });
  addEventListener('afterprint', function () {
    closed.forEach(function (each) { each.open = false; });
    if (theme) root.dataset.theme = theme;
    else delete root.dataset.theme;
  });
})();`;
