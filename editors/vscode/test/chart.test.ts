import assert from "node:assert/strict";
import { test } from "node:test";
import { type Box, draw, short } from "../src/panel/chart";

const box: Box = { width: 600, height: 180, left: 50, right: 10, top: 10, bottom: 20 };
const curve = (...values: number[]): { name: string; points: { x: number; y: number }[] } => ({
  name: "training",
  points: values.map((y, index) => ({ x: index + 1, y })),
});
const numbers = (path: string): number[] => [...path.matchAll(/-?[\d.]+/g)].map(Number);

test("a curve stays inside its box, and falls when the values do", () => {
  const [line] = draw([curve(3, 2, 1)], box).lines;
  assert.equal(line?.dots.length, 3);
  const coordinates = numbers(line?.path ?? "");
  const ys = coordinates.filter((_, index) => index % 2 === 1);
  assert.ok(ys[0]! < ys[1]! && ys[1]! < ys[2]!, "SVG counts downwards");
  assert.ok(coordinates.every((value) => value >= 0 && value <= 600));
  assert.match(line?.path ?? "", /^M[\d.]+ [\d.]+(L[\d.]+ [\d.]+){2}$/);
});

test("one point is a dot, not a line", () => {
  const [line] = draw([curve(0.5)], box).lines;
  assert.equal(line?.path, "");
  assert.equal(line?.dots.length, 1);
  assert.ok(line?.dots.every((dot) => Number.isFinite(dot.x) && Number.isFinite(dot.y)));
});

test("NaN and infinity interrupt the curve and are marked", () => {
  const [line] = draw([curve(1, 2, Number.NaN, 3, Number.POSITIVE_INFINITY)], box).lines;
  assert.deepEqual(line?.broken.map((one) => [one.at, short(one.value)]), [
    [3, "NaN"],
    [5, "Inf"],
  ]);
  assert.equal(line?.dots.length, 3);
  assert.doesNotMatch(line?.path ?? "", /NaN|Infinity/);
  assert.equal(line?.path.match(/M/g)?.length, 1, "a lone point begins no line");
});

test("nothing but NaN still draws", () => {
  const chart = draw([curve(Number.NaN, Number.NaN)], box);
  assert.deepEqual(chart.y, []);
  assert.equal(chart.lines[0]?.broken.length, 2);
  assert.ok(chart.lines[0]?.broken.every((one) => Number.isFinite(one.x)));
});

test("values that spread widely are drawn on a logarithmic scale", () => {
  const chart = draw([curve(1000, 10, 0.1)], box);
  assert.equal(chart.logarithmic, true);
  const [first, second, third] = chart.lines[0]?.dots ?? [];
  assert.ok(Math.abs(second!.y - first!.y - (third!.y - second!.y)) < 0.2, "equal factors are equally far apart");
  assert.equal(draw([curve(1000, 10, 0)], box).logarithmic, false, "zero has no logarithm");
  assert.equal(draw([curve(3, 2, 1)], box).logarithmic, false);
});

test("a constant gets room around it", () => {
  const chart = draw([curve(0.25, 0.25, 0.25)], box);
  const y = chart.lines[0]?.dots[0]?.y ?? Number.NaN;
  assert.ok(y > box.top && y < box.height - box.bottom);
});

test("the labels of an axis differ", () => {
  for (const values of [[279_700, 281_300], [0.6931, 0.6934], [1e-7, 3e-7], [-5, 5], [97.5e9, 98.2e9]]) {
    const texts = draw([curve(...values)], box).y.map((tick) => tick.text);
    assert.equal(new Set(texts).size, texts.length, texts.join(" "));
    assert.ok(texts.length >= 2 && texts.length <= 7, texts.join(" "));
  }
});

test("the x axis reaches to the epochs that were asked for once a quarter is there", () => {
  assert.equal(draw([curve(1, 2, 3)], box, 10).x.at(-1)?.text, "10");
  assert.equal(draw([curve(1, 2, 3)], box, 100).x.at(-1)?.text, "3");
  const labels = draw([curve(...Array.from({ length: 300 }, (_, index) => index))], box).x;
  assert.ok(labels.length < 12);
  assert.ok(labels.every((tick, index) => index === 0 || tick.at - (labels[index - 1]?.at ?? 0) >= 24));
});

test("numbers as people read them", () => {
  const told = [0, 0.5, 0.0123, 0.00012, 1, 12.345, 1234, 12_345, 1.5e6, 39e9, 5e14, -0.25, Number.NaN, Number.NEGATIVE_INFINITY].map((value) => short(value));
  assert.deepEqual(told, ["0", "0.5", "0.0123", "1.2e-4", "1", "12.3", "1,234", "12,345", "1.5e6", "3.9e10", "5e14", "-0.25", "NaN", "-Inf"]);
  assert.equal(short(97_503_117_312, 4), "9.75e10");
  assert.equal(short(100, 4), "100");
});
