// The legs of a call, numbered as the operator's documentation numbers them. Decoration: the words beside it
// say the same.
import type { RouteType } from "sipbreakout-web";

interface Picture {
  left: string;
  right: string;
  /** Which end is the registered number, where it is always the same one. */
  number?: "left" | "right";
  legs: readonly Leg[];
  note?: string;
  /** Calls that go their ordinary way, drawn below. */
  untouched?: { label: string; to: "left" | "right" };
}

interface Leg {
  label: string;
  path: "leftToCore" | "coreToRight" | "coreToPbx" | "pbxToCore" | "coreToPbxAlone" | "pbxToCoreAlone";
  conditional?: boolean;
}

const loop: readonly Leg[] = [
  { label: "1", path: "leftToCore" },
  { label: "2", path: "coreToPbx" },
  { label: "3", path: "pbxToCore" },
  { label: "4", path: "coreToRight" },
];

const pictures: Readonly<Record<RouteType, Picture>> = {
  LOOP: { left: "Caller", right: "Callee", legs: loop },
  FORK: {
    left: "Caller",
    right: "Callee",
    legs: [
      { label: "1", path: "leftToCore" },
      { label: "2", path: "coreToRight" },
      { label: "3", path: "coreToPbxAlone" },
    ],
    note: "2 and 3 at once",
  },
  FALLBACK: {
    left: "Caller",
    right: "Number",
    number: "right",
    legs: [
      { label: "1", path: "leftToCore" },
      { label: "2", path: "coreToRight" },
      { label: "3", path: "coreToPbxAlone", conditional: true },
    ],
    note: "busy, or after 30 s",
  },
  LOOP_MO: {
    left: "Number",
    right: "Callee",
    number: "left",
    legs: loop,
    untouched: { label: "incoming: as usual", to: "left" },
  },
  LOOP_MT: {
    left: "Caller",
    right: "Number",
    number: "right",
    legs: loop,
    untouched: { label: "outgoing: as usual", to: "left" },
  },
  INGRESS: {
    left: "Others",
    right: "Number",
    number: "right",
    legs: [
      { label: "1", path: "pbxToCoreAlone" },
      { label: "2", path: "coreToRight" },
    ],
    untouched: { label: "ordinary calls: as usual", to: "right" },
  },
};

/** Start and end of each path, and where its number stands. */
const lines = {
  leftToCore: { from: [58, 82], to: [103, 82], at: [79, 82] },
  coreToRight: { from: [156, 82], to: [201, 82], at: [177, 82] },
  coreToPbx: { from: [118, 69], to: [118, 37], at: [118, 54] },
  pbxToCore: { from: [142, 36], to: [142, 68], at: [142, 51] },
  coreToPbxAlone: { from: [130, 69], to: [130, 37], at: [130, 54] },
  pbxToCoreAlone: { from: [130, 36], to: [130, 68], at: [130, 51] },
} as const;

export function LegPicture({ type }: { type: RouteType }) {
  const { left, right, number, legs, note, untouched } = pictures[type];
  return (
    <svg className="legs" viewBox={`0 0 260 ${untouched ? 124 : 100}`} aria-hidden="true" focusable="false">
      {untouched && <Untouched {...untouched} />}
      <Node x={4} y={69} label={left} kind={number === "left" ? "mine" : ""} />
      <Node x={104} y={69} label="Core" />
      <Node x={204} y={69} label={right} kind={number === "right" ? "mine" : ""} />
      <Node x={104} y={10} label="PBX" kind="pbx" />
      {legs.map((leg) => (
        <Arrow key={leg.label} {...leg} />
      ))}
      {note && (
        <text className="legs-note beside" x="164" y="27">
          {note}
        </text>
      )}
    </svg>
  );
}

function Node({
  x,
  y,
  label,
  kind = "",
}: {
  x: number;
  y: number;
  label: string;
  kind?: "mine" | "pbx" | "";
}) {
  return (
    <>
      <rect className={`legs-node ${kind}`} x={x} y={y} width="52" height="26" rx="6" />
      <text className={kind === "pbx" ? "legs-pbx" : undefined} x={x + 26} y={y + 17}>
        {label}
      </text>
    </>
  );
}

function Arrow({ label, path, conditional }: Leg) {
  const { from, to, at } = lines[path];
  return (
    <>
      <path
        className={conditional ? "legs-line conditional" : "legs-line"}
        d={`M${from[0]} ${from[1]}L${to[0]} ${to[1]}`}
      />
      <path className="legs-line" d={head(from, to)} />
      <circle cx={at[0]} cy={at[1]} r="8" />
      <text className="legs-count" x={at[0]} y={at[1] + 3.6}>
        {label}
      </text>
    </>
  );
}

function Untouched({ label, to }: { label: string; to: "left" | "right" }) {
  const [x, y] = to === "left" ? [30, 97] : [230, 97];
  const width = label.length * 5.8 + 12;
  return (
    <>
      <path className="legs-line untouched dashed" d="M30 97V107Q30 113 36 113H224Q230 113 230 107V97" />
      <path className="legs-line untouched" d={`M${x - 4} ${y + 5}L${x} ${y}L${x + 4} ${y + 5}`} />
      <rect className="legs-ground" x={130 - width / 2} y="105" width={width} height="16" />
      <text className="legs-note" x="130" y="117">
        {label}
      </text>
    </>
  );
}

type Point = readonly [number, number];

/** The head of an arrow that is level or upright. */
function head(from: Point, [x, y]: Point): string {
  if (from[1] === y) return `M${x - 5} ${y - 4}L${x} ${y}L${x - 5} ${y + 4}`;
  const back = from[1] > y ? 5 : -5;
  return `M${x - 4} ${y + back}L${x} ${y}L${x + 4} ${y + back}`;
}
