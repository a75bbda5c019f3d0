import { html } from '../text/html';

/** How the page around the drawings looks. */
export const PAGE_CSS = html`*{box-sizing:border-box}
body{margin:0;padding:20px 24px 32px;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,"DejaVu Sans",sans-serif}
header{display:flex;align-items:center;justify-content:space-between;gap:16px}
h1{font-size:20px;margin:0}
h2{font-size:17px;margin:28px 0 8px}
h3{font-size:14px;margin:18px 0 6px;color:var(--bad)}
#theme{border:1px solid var(--line);background:none;color:var(--ink);border-radius:8px;font-size:17px;line-height:1;padding:6px 9px;cursor:pointer}
.tiles{display:flex;flex-wrap:wrap;gap:12px;margin:14px 0 18px}
.tile{border:1px solid var(--line);border-radius:10px;padding:8px 14px;min-width:150px;flex:1;display:flex;flex-direction:column}
.tile dd{margin:0;font-size:22px;font-weight:650;font-variant-numeric:tabular-nums}
.tile s{color:var(--soft);font-weight:400}
.tile dt{color:var(--soft);font-size:12.5px}
.tile.good dd{color:var(--inside)}
.tile.good s{color:var(--soft)}
.tile.bad dd{color:var(--bad)}
.panels{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:16px;align-items:start}
@media (max-width:900px){.panels{grid-template-columns:minmax(0,1fr)}}
figure{margin:0;border:1px solid var(--line);border-radius:12px;padding:8px 8px 4px;overflow-x:auto}
figure svg{max-width:100%;height:auto;display:block}
figcaption{font-weight:650;font-size:14px;padding:2px 8px}
details{margin:16px 0 4px}
summary{cursor:pointer;font-weight:600}
table{border-collapse:collapse;margin-top:8px;width:100%}
th,td{text-align:left;padding:5px 12px 5px 0;border-bottom:1px solid var(--line);vertical-align:top;font-size:13.5px}
th{color:var(--soft);font-weight:500}
td:first-child{white-space:nowrap;font-weight:500}
.none,footer p{color:var(--soft);font-size:13px}
footer{margin-top:24px;border-top:1px solid var(--line);padding-top:14px;overflow-x:auto}`;

/** Theme, and what a service or a network has to do with when it is pointed at. */
export const PAGE_SCRIPT = html`(function () {
  var root = document.documentElement;
  document.getElementById('theme').addEventListener('click', function () {
    var dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
  });
  document.querySelectorAll('figure svg').forEach(function (svg) {
    var parts = svg.querySelectorAll('.card, .bar, .wire, .entry');
    function show(ids) {
      parts.forEach(function (part) {
        var of = part.dataset.id ? [part.dataset.id] : part.dataset.of.split(' ');
        part.classList.toggle('dim', ids !== null && !of.every(function (id) { return ids.has(id); }));
      });
    }
    function point(part) {
      if (!part) return show(null);
      var ids = new Set([part.dataset.id]);
      var networks = part.dataset.members === undefined ? part.dataset.networks.split(' ') : [part.dataset.id];
      networks.forEach(function (id) {
        if (!id) return;
        ids.add(id);
        svg.querySelector('.bar[data-id="' + id + '"]').dataset.members.split(' ').forEach(function (member) { ids.add(member); });
      });
      show(ids);
    }
    function named() {
      var name = decodeURIComponent(location.hash.slice(1));
      point(Array.from(svg.querySelectorAll('.card')).find(function (card) { return name && card.dataset.name === name; }));
    }
    svg.addEventListener('mouseover', function (event) { point(event.target.closest('.card, .bar')); });
    svg.addEventListener('mouseleave', named);
    addEventListener('hashchange', named);
    named();
  });
})();`;
