// Line charts as geometry: scales, ticks, paths. Numbers in, SVG coordinates out.

export interface Series {
  name: string;
  points: { x: number; y: number }[];
}

export interface Box {
  width: number;
  height: number;
  left: number;
  right: number;
  top: number;
  bottom: number;
}

export interface Tick {
  at: number;
  text: string;
}

export interface Line {
  name: string;
  /** Path data; empty when fewer than two neighbors are finite. */
  path: string;
  dots: { x: number; y: number; at: number; value: number }[];
  /** Where a value is no number: NaN or infinite. */
  broken: { x: number; at: number; value: number }[];
}

export interface Chart {
  box: Box;
  logarithmic: boolean;
  x: Tick[];
  y: Tick[];
  lines: Line[];
}

/** Two labels of the x axis stand at least so far apart. */
const NEAR = 24;
/** Values spread over more than this factor are drawn on a logarithmic scale. */
const WIDE = 50;

/** The width of a letter of a label. */
const LETTER = 6.2;
/** Room above the curves for marks of values that are no numbers. */
const BAND = 16;

/** So many epochs have room from the start. */
const FEW = 30;

/** The curves of one quantity. `end` is how far the x axis will reach; a far one counts once a quarter of it is there. */
export function draw(series: Series[], frame: Box, end?: number | null): Chart {
  const shown = series.filter((one) => one.points.length > 0);
  const breaks = shown.some((one) => one.points.some((point) => !Number.isFinite(point.y)));
  const values = shown.flatMap((one) => one.points.map((point) => point.y)).filter(Number.isFinite);
  const places = shown.flatMap((one) => one.points.map((point) => point.x));
  const last = Math.max(...places, 1);
  const span = { low: Math.min(...places, 1), high: end != null && end > last && (end <= FEW || last >= end / 4) ? end : Math.max(last, 2) };
  const logarithmic = values.length > 1 && Math.min(...values) > 0 && Math.max(...values) / Math.min(...values) > WIDE;
  const range = logarithmic ? decades(values) : steps(values);
  const scale = logarithmic ? Math.log10 : (value: number): number => value;
  const [low, high] = [scale(range.low), scale(range.high)];
  const labels = range.ticks.map((y) => (logarithmic ? short(y) : spaced(y, range.ticks)));
  const widest = Math.max(0, ...labels.map((label) => label.length));
  const box = { ...frame, left: Math.max(frame.left, Math.ceil(widest * LETTER) + 12), top: frame.top + (breaks ? BAND : 0) };

  const across = (x: number): number => round(box.left + ((x - span.low) / (span.high - span.low || 1)) * (box.width - box.left - box.right));
  const down = (y: number): number => round(box.height - box.bottom - ((scale(y) - low) / (high - low || 1)) * (box.height - box.top - box.bottom));

  return {
    box: { ...box, top: frame.top },
    logarithmic,
    x: whole(span.low, span.high, Math.max(2, Math.floor((box.width - box.left - box.right) / 64)))
      .map((x) => ({ at: across(x), text: String(x) }))
      .filter((tick, index, ticks) => index === 0 || tick.at - (ticks[0]?.at ?? 0) >= NEAR),
    y: range.ticks.map((y, index) => ({ at: down(y), text: labels[index] ?? "" })),
    lines: shown.map((one) => line(one, across, down)),
  };
}

function line(series: Series, across: (x: number) => number, down: (y: number) => number): Line {
  const dots: Line["dots"] = [];
  const broken: Line["broken"] = [];
  let path = "";
  let pen = false;
  series.points.forEach((point, index) => {
    if (!Number.isFinite(point.y)) {
      broken.push({ x: across(point.x), at: point.x, value: point.y });
      pen = false;
      return;
    }
    const [x, y] = [across(point.x), down(point.y)];
    dots.push({ x, y, at: point.x, value: point.y });
    const next = series.points[index + 1];
    if (pen) path += `L${x} ${y}`;
    else if (next !== undefined && Number.isFinite(next.y)) path += `M${x} ${y}`;
    pen = true;
  });
  return { name: series.name, path, dots, broken };
}

interface Range {
  low: number;
  high: number;
  ticks: number[];
}

/** Round numbers around the values: 1, 2 or 5 times a power of ten apart. */
function steps(values: number[]): Range {
  if (values.length === 0) return { low: 0, high: 1, ticks: [] };
  let [low, high] = [Math.min(...values), Math.max(...values)];
  if (high - low < 1e-9 * Math.max(Math.abs(high), 1e-12)) {
    const room = Math.abs(high) * 0.1 || 1;
    [low, high] = [low - room, high + room];
  }
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((times) => times * power >= rough * 0.999) ?? 10) * power;
  const [first, last] = [Math.floor(low / step + 1e-9), Math.ceil(high / step - 1e-9)];
  const ticks = Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
  return { low: first * step, high: last * step, ticks };
}

/** Powers of ten around the values, thinned to a handful. */
function decades(values: number[]): Range {
  const [first, last] = [Math.floor(Math.log10(Math.min(...values))), Math.ceil(Math.log10(Math.max(...values)))];
  const every = Math.ceil((last - first) / 5);
  const ticks = [];
  for (let exponent = first; exponent <= last; exponent += every) ticks.push(10 ** exponent);
  return { low: 10 ** first, high: 10 ** last, ticks };
}

/** Whole numbers from low to high, at most so many. */
function whole(low: number, high: number, most: number): number[] {
  const step = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000].find((one) => (high - low) / one < most) ?? Math.ceil((high - low) / most);
  const ticks = [low];
  for (let x = Math.ceil((low + 1) / step) * step; x <= high; x += step) ticks.push(x);
  return ticks;
}

/** A number among others that are evenly apart, with as many figures as tell them apart. */
function spaced(value: number, all: number[]): string {
  const figures = [3, 4, 5, 6].find((count) => new Set(all.map((one) => short(one, count))).size === all.length) ?? 6;
  return short(value, figures);
}

/** A number as the command line and the verdict write it: a few figures, exponents for very large and very small ones. */
export function short(value: number, figures = 3): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "Inf" : "-Inf";
  const size = Math.abs(value);
  if (size >= 1e6 || (size > 0 && size < 1e-3)) return trimmed(value.toExponential(figures - 1)).replace("e+", "e");
  if (size >= 1000) return Math.round(value).toLocaleString("en-US");
  return trimmed(value.toPrecision(figures));
}

/** Without the zeros at the end of a fraction. */
function trimmed(text: string): string {
  return text.replace(/(\.\d*?)0+(?=e|$)/, "$1").replace(/\.(?=e|$)/, "");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
