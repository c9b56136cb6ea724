// The one stylesheet of all pages, sent inline.
export const style = `
:root {
  color-scheme: light dark;
  --ground: #f4f5f3; --card: #ffffff; --ink: #1d2421; --soft: #56615c; --line: #d5dad7;
  --accent: #0b6b57; --accent-ink: #ffffff; --accent-soft: #e3f0ec; --bad: #a3271c; --bad-soft: #fbeae8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #141816; --card: #1d2320; --ink: #e8edea; --soft: #a3b0aa; --line: #38423d;
    --accent: #5fd0b4; --accent-ink: #07251e; --accent-soft: #1d3630; --bad: #ffa69d; --bad-soft: #3a2220;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; min-height: 100vh; background: var(--ground); color: var(--ink);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
header { padding: 1.1rem 1.5rem; color: var(--soft); font-size: .9rem; }
header b { color: var(--ink); font-weight: 600; margin-right: .3rem; }
header i { display: inline-block; margin-right: .5rem; width: .7rem; height: .7rem; border-radius: 50%; background: var(--accent); }
main { margin: 4vh auto; padding: 2rem; width: min(27rem, calc(100% - 2rem)); background: var(--card);
  border: 1px solid var(--line); border-radius: 12px; }
main.wide { width: min(72rem, calc(100% - 2rem)); margin-top: 0; }
h1 { margin: 0 0 .4rem; font-size: 1.4rem; line-height: 1.25; }
h2 { margin: 1.8rem 0 .5rem; font-size: 1rem; }
p { margin: .4rem 0 1rem; }
main > p:last-child { margin-bottom: 0; }
p.soft, .soft { color: var(--soft); }
label { display: block; margin-bottom: .35rem; font-weight: 600; }
input { width: 100%; padding: .65rem .8rem; font: inherit; color: inherit; background: transparent;
  border: 1px solid var(--soft); border-radius: 8px; font-variant-numeric: tabular-nums; }
button { font: inherit; font-weight: 600; padding: .65rem 1.1rem; border-radius: 8px; cursor: pointer;
  border: 1px solid var(--accent); background: var(--accent); color: var(--accent-ink); }
button:hover { filter: brightness(1.08); }
a.button { padding: .65rem 1.1rem; border: 1px solid var(--accent); border-radius: 8px; font-weight: 600;
  text-align: center; text-decoration: none; }
button.plain, a.button { background: transparent; color: var(--accent); }
button.plain:hover, a.button:hover { background: var(--accent-soft); filter: none; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.full { width: 100%; margin-top: .9rem; }
.row { display: flex; gap: .7rem; margin-top: 1.4rem; }
.row > * { flex: 1; }
.picks { display: grid; gap: .5rem; margin: 0; padding: 0; border: 0; }
.picks legend { padding: 0; margin-bottom: .35rem; font-weight: 600; }
.picks button { text-align: left; font-variant-numeric: tabular-nums; font-weight: 500;
  color: var(--ink); background: transparent; border-color: var(--line); }
.picks button:hover { background: var(--accent-soft); border-color: var(--accent); filter: none; }
.or { display: flex; align-items: center; gap: .8rem; margin: 1.4rem 0; color: var(--soft); font-size: .9rem; }
.or::before, .or::after { content: ""; flex: 1; border-top: 1px solid var(--line); }
#error { padding: .6rem .8rem; border-radius: 8px; background: var(--bad-soft); color: var(--bad); }
ul.scopes { list-style: none; margin: 1rem 0 0; padding: 0; border-top: 1px solid var(--line); }
ul.scopes li { padding: .65rem 0; border-bottom: 1px solid var(--line); }
code { font: .85em/1.4 ui-monospace, "SF Mono", Menlo, Consolas, monospace; }
ul.scopes code { display: block; color: var(--soft); }
.scroll { overflow-x: auto; }
table { width: 100%; border-collapse: collapse; font-size: .94rem; font-variant-numeric: tabular-nums; }
th, td { padding: .55rem .9rem .55rem 0; text-align: left; border-bottom: 1px solid var(--line); white-space: nowrap; }
th { color: var(--soft); font-size: .82rem; font-weight: 600; }
td:last-child { padding-right: 0; }
td small { display: block; color: var(--soft); }
td progress { display: block; width: 5.5rem; height: .4rem; accent-color: var(--accent); }
.empty { padding: 2rem 0; text-align: center; color: var(--soft); }
.tag { padding: .1rem .5rem; border-radius: 6px; background: var(--accent-soft); font-size: .85rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1.2rem; margin: .5rem 0 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  main { padding: 1.4rem; }
  dl { grid-template-columns: 1fr; gap: 0; }
  dd { margin-bottom: .6rem; }
}
`;
