'use strict';
// Small pieces to draw with: elements, scales, axes, and a chart of lines or points.

const SVG = 'http://www.w3.org/2000/svg';
const make = (tag, attributes = {}, ...children) => {
  const svg = ['svg', 'g', 'rect', 'line', 'path', 'circle', 'text'].includes(tag);
  const element = svg ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  for (const child of children) element.append(child);
  return element;
};

// Three significant digits, five decimals at most.
const figure = value => {
  if (value === null || value === undefined) return '–';
  const size = Math.abs(value);
  if (size >= 1e6) return (value / 1e6).toFixed(1) + 'M';
  if (size >= 1e4) return (value / 1e3).toFixed(0) + 'k';
  if (size < 0.0995) return value === 0 ? '0' : value.toFixed(size < 0.00995 ? 5 : 4);
  return value.toFixed(size < 0.995 ? 3 : size < 9.95 ? 2 : size < 99.5 ? 1 : 0);
};
const tick = value => value !== 0 && Math.abs(value) < 1e4 ? String(+value.toPrecision(3)) : figure(value);

const linear = (low, high, from, to) => {
  const scale = value => from + (value - low) / (high - low || 1) * (to - from);
  scale.ticks = count => {
    const raw = (high - low || 1) / count, power = 10 ** Math.floor(Math.log10(raw));
    const step = [1, 2, 5, 10].map(n => n * power).find(n => n >= raw);
    const ticks = [];
    for (let t = Math.ceil(low / step) * step; t <= high + step * 1e-6; t += step) ticks.push(+t.toPrecision(12));
    return ticks;
  };
  return scale;
};
const logarithmic = (low, high, from, to) => {
  const inner = linear(Math.log10(low), Math.log10(high), from, to);
  const scale = value => inner(Math.log10(Math.max(value, low)));
  scale.ticks = count => {
    const ticks = [], decades = Math.log10(high / low);
    const marks = decades < 1.2 ? [1, 1.5, 2, 3, 5, 7] : decades < 2.5 ? [1, 2, 5] : [1];
    for (let p = Math.floor(Math.log10(low)); p <= Math.log10(high); ++p) {
      for (const mark of marks) {
        const value = mark * 10 ** p;
        if (value >= low * 0.999 && value <= high * 1.001) ticks.push(value);
      }
    }
    const every = Math.ceil(ticks.length / count);
    return ticks.length < 2 ? [low, high] : ticks.filter((_, i) => i % every === 0);
  };
  return scale;
};

const tip = document.getElementById('tip');
const explain = (element, text) => {
  element.setAttribute('aria-label', text);
  element.addEventListener('pointermove', event => {
    tip.textContent = text;
    tip.hidden = false;
    const right = event.clientX > innerWidth - 240;
    tip.style.left = right ? '' : event.clientX + 14 + 'px';
    tip.style.right = right ? innerWidth - event.clientX + 14 + 'px' : '';
    tip.style.top = event.clientY + 14 + 'px';
  });
  element.addEventListener('pointerleave', () => { tip.hidden = true; });
};

// A figure with a title whose drawing follows the width it is given.
const chart = (title, hint, draw, wide = false) => {
  const box = make('figure', wide ? {class: 'wide'} : {}, make('h3', {}, title), make('p', {class: 'hint'}, hint));
  const place = make('div');
  box.append(place);
  let last = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width === last || width === 0) return;
    last = width;
    requestAnimationFrame(() => place.replaceChildren(draw(width)));  // not within the observer's turn
  }).observe(place);
  return box;
};

const drawing = (width, height) => make('svg', {viewBox: `0 0 ${width} ${height}`, height, role: 'img'});

const axes = (svg, x, y, box, {xTicks, xLabel, xFormat = tick}) => {
  for (const value of y.ticks(5)) {
    const at = y(value);
    svg.append(make('line', {class: 'grid', x1: box.left, x2: box.right, y1: at, y2: at}));
    svg.append(make('text', {x: box.left - 7, y: at + 4, 'text-anchor': 'end'}, tick(value)));
  }
  svg.append(make('line', {class: 'axis', x1: box.left, x2: box.right, y1: box.bottom, y2: box.bottom}));
  let free = -Infinity;  // where the last label ends
  for (const value of xTicks) {
    const text = xFormat(value), half = 3.4 * text.length;
    if (x(value) - half < free) continue;
    free = x(value) + half + 4;
    svg.append(make('text', {x: x(value), y: box.bottom + 17, 'text-anchor': 'middle'}, text));
  }
  svg.append(make('text', {x: box.right, y: box.bottom + 33, 'text-anchor': 'end'}, xLabel));
};

// series: [{name, colour, points: [[x, y]]}]. Points when `dots`, else lines.
const plot = (series, options) => width => {
  const height = 236, svg = drawing(width, height);
  const box = {left: 44, right: width - 8, top: 8, bottom: height - 40};
  const all = series.flatMap(s => s.points);
  const xs = all.map(p => p[0]), ys = all.map(p => p[1]).filter(v => v > 0 || !options.logY);
  if (!ys.length) return svg;
  const range = (values, log, zero) => {
    let low = Math.min(...values), high = Math.max(...values);
    if (zero && !log) low = 0;
    if (log) return low === high ? [low / 1.2, high * 1.2] : [low / 1.06, high * 1.06];
    return low === high ? [low, low + 1] : [low, high * 1.04];
  };
  const [yLow, yHigh] = range(ys, options.logY, true);
  const y = (options.logY ? logarithmic : linear)(yLow, yHigh, box.bottom, box.top);
  const [xLow, xHigh] = options.xRange || [Math.min(...xs), Math.max(...xs)];
  const x = (options.logX ? logarithmic : linear)(xLow, xHigh, box.left, box.right);
  axes(svg, x, y, box, {
    xTicks: options.xTicks || x.ticks(width < 420 ? 4 : 7), xLabel: options.xLabel, xFormat: options.xFormat});
  for (const {name, colour, points} of series) {
    if (!options.dots && points.length > 1) {
      const path = points.map((p, i) => `${i ? 'L' : 'M'}${x(p[0]).toFixed(1)} ${y(p[1]).toFixed(1)}`).join('');
      const line = make('path', {d: path, fill: 'none', stroke: colour, 'stroke-width': 2, 'stroke-linejoin': 'round'});
      explain(line, name);
      svg.append(line);
    }
    for (const p of options.dots || options.marks || points.length === 1 ? points : []) {
      const dot = make('circle', {cx: x(p[0]).toFixed(1), cy: y(p[1]).toFixed(1), r: options.dots ? 2.2 : 3, fill: colour,
        'fill-opacity': options.dots ? 0.65 : 1});
      explain(dot, `${name}: ${options.tell(p)}`);
      svg.append(dot);
    }
  }
  return svg;
};
