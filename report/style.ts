/** The style sheet of a report: light and dark as the reader's system has it, black on white on paper. */
export const style = `
:root { color-scheme: light dark;
  --paper: light-dark(#fbfaf7, #16181b); --card: light-dark(#ffffff, #1e2125); --ink: light-dark(#1d2127, #e8e6e1);
  --soft: light-dark(#5d6670, #9aa3ad); --line: light-dark(#e1ded6, #33383e); --bar: light-dark(#2f6f9f, #6fb1e0);
  --good: light-dark(#1f7a4d, #62c796); --bad: light-dark(#b3261e, #ff8a80); --badpaper: light-dark(#fdecea, #3a1d1c);
  --due: light-dark(#8a5a00, #f0b849); --duepaper: light-dark(#fdf3dc, #362a12); }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 "Segoe UI", system-ui, -apple-system, "Helvetica Neue", Arial, sans-serif; }
main { max-width: 1060px; margin: 0 auto; padding: 40px 28px 56px; }
h1 { margin: 2px 0 10px; } .note + h1 { margin-top: 26px; } h1 { font-size: 29px; line-height: 1.22; font-weight: 650; letter-spacing: -.012em; text-wrap: balance; }
h2 { margin: 36px 0 10px; font-size: 17px; font-weight: 650; }
p { margin: 0 0 8px; max-width: 78ch; }
.over { color: var(--soft); font-size: 13.5px; }
.over b { color: var(--ink); font-weight: 600; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(215px, 1fr)); gap: 14px; margin: 24px 0 6px; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 14px 18px 13px; }
.card .name { color: var(--soft); font-size: 13px; }
.card .figure { font-size: 31px; line-height: 1.25; font-weight: 620; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }
.card .against { font-size: 13px; color: var(--soft); }
.card .met { color: var(--good); font-weight: 600; } .card .missed { color: var(--bad); font-weight: 600; }
.gauge { height: 5px; border-radius: 3px; background: var(--line); margin: 8px 0 7px; overflow: hidden; }
.gauge i { display: block; height: 100%; background: var(--good); border-radius: 3px; min-width: 3px; }
.gauge.over-target i { background: var(--bad); }
.note { border-radius: 10px; padding: 12px 18px; margin: 16px 0 0; border: 1px solid; }
.note h2 { margin: 0 0 4px; font-size: 15px; } .note ul { margin: 0; padding-left: 20px; }
.note.waived { background: var(--badpaper); border-color: var(--bad); } .note.waived h2, .note.waived b { color: var(--bad); }
.note.due { background: var(--duepaper); border-color: var(--due); } .note.due h2, .note.due b { color: var(--due); }
.note.settled { background: var(--card); border-color: var(--line); } .note.settled h2 { color: var(--soft); }
.note p { margin: 8px 0 0; } .note li + li { margin-top: 6px; } .todo { display: block; font-weight: 600; }
.findings { margin: 0 0 12px; padding-left: 20px; } .findings .s-stops { color: var(--bad); } .findings .s-risk { color: var(--due); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 22px; margin: 0; }
dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
table { border-collapse: collapse; width: 100%; font-size: 14px; font-variant-numeric: tabular-nums; }
thead th { white-space: nowrap; } th { text-align: left; color: var(--soft); font-weight: 500; font-size: 13px; }
th, td { padding: 7px 14px; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
thead th, tbody:first-child tr:first-child > * { border-top: 0; }
tbody th { padding-top: 14px; color: var(--ink); font-weight: 600; font-size: 13.5px; background: color-mix(in srgb, var(--line) 28%, transparent); padding-bottom: 6px; }
td.proof { width: 34%; } td.when { width: 19%; } td.who { width: 14%; font-weight: 500; } td.id { width: 25%; font-weight: 500; } td.num, th.num { text-align: right; white-space: nowrap; }
.v { white-space: nowrap; font-weight: 600; } .v.good { color: var(--good); font-weight: 500; }
.v.bad { color: var(--bad); } .v.due { color: var(--due); }
small { color: var(--soft); font-size: 12.5px; display: block; }
code { font: 12.5px/1.5 "Cascadia Mono", Consolas, ui-monospace, Menlo, monospace; overflow-wrap: anywhere; }
svg { display: block; width: 100%; height: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
svg text { fill: var(--soft); font-size: 12.5px; font-family: inherit; } svg .phase { fill: var(--ink); }
svg .grid { stroke: var(--line); } svg .span { fill: var(--bar); opacity: .2; } svg .step { fill: var(--bar); }
svg .step.bad { fill: var(--bad); } svg .step.due { fill: var(--due); }
svg .turn { stroke: var(--bad); stroke-dasharray: 4 3; } svg .turn-text { fill: var(--bad); }
footer { margin-top: 40px; padding-top: 14px; border-top: 1px solid var(--line); color: var(--soft); font-size: 13px; }
@media print {
  :root { color-scheme: light; } @page { margin: 15mm; }
  body { background: #fff; font-size: 10.5pt; } h1 { font-size: 19pt; } main { max-width: none; padding: 0; }
  .card, .note, svg, tr { break-inside: avoid; } h2 { break-after: avoid; } .wide { overflow: visible; }
  .note, .gauge, .gauge i, svg * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}`;
