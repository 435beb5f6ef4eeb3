const data = JSON.parse(document.getElementById('data').textContent);
const colourOf = row => data.colours[row.policy];
const phaseColours = ['#9aa4b5', '#c3cad6', '#56b4d3', '#2f8fb5', '#0fa47f', '#8fcf9f', '#e0b64c', '#d98a3d', '#d9534f',
  '#a85bc2', '#7f7f7f', '#3b6fd4', '#b9a48c'];

// ---- Charts. Each takes the rows of one group that were measured.

const coldChart = rows => {
  const shown = data.phases.filter(phase => rows.some(r => !r.is_peer && (r.phases_ms?.[phase] ?? 0) >= 0.005) ||
    rows.some(r => r.is_peer && (r.phases_ms?.[phase] ?? 0) > 0));
  const colour = phase => phaseColours[data.phases.indexOf(phase)];
  const total = r => Object.values(r.phases_ms ?? {other: r.cold_ms}).reduce((a, b) => a + b, 0);
  const draw = width => {
    const rowHeight = 30, svg = drawing(width, rows.length * rowHeight + 4);
    const left = width < 480 ? 84 : 104, right = width - 62;
    const x = linear(0, Math.max(...rows.map(total)), left, right);
    rows.forEach((row, i) => {
      const top = i * rowHeight + 5;
      svg.append(make('text', {class: 'name', x: 0, y: top + 15}, row.policy));
      let sum = 0;
      for (const phase of data.phases) {
        const ms = row.phases_ms?.[phase] ?? 0;
        if (ms <= 0) continue;
        const bar = make('rect', {x: x(sum), y: top, height: 20, fill: colour(phase),
          width: Math.max(0.5, x(sum + ms) - x(sum) - (x(sum + ms) - x(sum) > 3 ? 0.75 : 0))});
        explain(bar, `${row.policy}, ${phase}: ${figure(ms)} ms`);
        svg.append(bar);
        sum += ms;
      }
      svg.append(make('text', {class: 'value', x: x(total(row)) + 7, y: top + 15}, figure(total(row)) + ' ms'));
    });
    return svg;
  };
  const box = chart('Cold start by phase', 'From the start of the process to the first output, ms. Shorter is better.',
    draw, true);
  box.append(make('div', {class: 'phases'}, ...shown.map(phase =>
    make('span', {}, make('i', {style: `background:${colour(phase)}`}), phase))));
  return box;
};

const warmupChart = rows => chart('Warm-up', 'Time of each of the first runs, ms, both axes logarithmic.', plot(
  rows.map(r => ({name: r.policy, colour: colourOf(r),
    points: [r.first_ms, ...(r.warmup_ms ?? [])].map((ms, i) => [i + 1, ms])})),
  {logY: true, logX: true, marks: true, xLabel: 'run', tell: p => `run ${p[0]}, ${figure(p[1])} ms`}));

const latencyChart = rows => {
  const slower = q => -Math.log10(Math.max(1 - q, 1e-5));
  const ticks = [0, 0.5, 0.9, 0.99, 0.999, 0.9999];
  const series = rows.filter(r => r.latency?.length).map(r => ({name: r.policy, colour: colourOf(r),
    points: r.latency.map(([q, ms]) => [slower(q), ms])}));
  const last = Math.max(...series.flatMap(s => s.points.map(p => p[0])), 1);
  return chart('Latency', 'Steady runs: the time that the given share of them stays within, ms.', plot(series, {
    logY: true, xRange: [0, last], xTicks: ticks.map(slower).filter(t => t <= last),
    xFormat: t => t === 0 ? 'min' : 'p' + +(100 * (1 - 10 ** -t)).toFixed(2), xLabel: ''}));
};

const memoryChart = rows => chart('Memory over time', 'Resident MB above an empty process, over the seconds since main.', plot(
  rows.filter(r => r.memory?.length).map(r => ({name: r.policy, colour: colourOf(r),
    points: r.memory.map(([ms, mb]) => [Math.max(ms / 1e3, 1e-4), mb])})),
  {logX: true, xLabel: 's', tell: p => `${figure(p[1])} MB`}));

const payBackChart = rows => {
  const total = (r, n) => {
    const warm = (r.warmup_ms ?? []).slice(0, n - 1);
    return r.cold_ms + warm.reduce((a, b) => a + b, 0) + (n - 1 - warm.length) * r.p50_ms;
  };
  const crossings = rows.flatMap(r => Object.values(r.break_even ?? {}).map(b => b.runs ?? 1));
  const end = Math.min(1e6, Math.max(100, 4 * Math.max(...crossings, 1)));
  const steps = Array.from({length: 61}, (_, i) => Math.round(end ** (i / 60)));
  return chart('When a start has paid back', 'Time of all runs so far, ms. Where lines cross, the lower one takes over.', plot(
    rows.map(r => ({name: r.policy, colour: colourOf(r), points: steps.map(n => [n, total(r, n)])})),
    {logX: true, logY: true, xLabel: 'runs'}));
};

const churnChart = rows => {
  const churned = rows.filter(r => r.churn);
  const {input, axis} = churned[0].churn;
  return chart('Changing shapes', `One call at each random size of ${input}.${axis}, ms.`, plot(
    churned.map(r => ({name: r.policy, colour: colourOf(r), points: r.churn.calls})),
    {dots: true, logY: true, xLabel: 'size', tell: p => `size ${p[0]}, ${figure(p[1])} ms`}), true);
};

const sessionsChart = rows => {
  const busy = rows.filter(r => r.sessions);
  const slower = q => -Math.log10(Math.max(1 - q, 1e-5));
  return chart(`${busy[0].sessions.count} sessions at once`,
    busy.map(r => `${r.policy} ${figure(r.sessions.throughput_per_s)} runs/s`).join(', ') + '. Latency by share, ms.',
    plot(busy.map(r => ({name: r.policy, colour: colourOf(r), points: r.sessions.latency.map(([q, ms]) => [slower(q), ms])})),
      {logY: true, xTicks: [0, 0.5, 0.9, 0.99].map(slower), xFormat: t => t === 0 ? 'min' : 'p' + +(100 * (1 - 10 ** -t)).toFixed(2),
        xLabel: ''}), true);
};

// ---- The table of a group.

const columns = [
  ['cold ms', 'cold_ms', 'cold_ci_ms', 'low'], ['p50 ms', 'p50_ms', 'p50_ci_ms', 'low'], ['p99 ms', 'p99_ms', null, 'low'],
  ['max ms', 'max_ms', null, 'low'], ['runs/s', 'throughput_per_s', null, 'high'], ['peak MB', 'peak_rss_mb', null, 'low'],
  ['compiles', 'compiles'], ['unseen shape ms', 'unseen_ms', null, 'low'], ['% of peak', 'peak_share', null, 'high'],
];

const cell = (row, rows, [, field, interval, better]) => {
  const value = row[field];
  const out = make('td', {});
  if (typeof value !== 'number') return out.append('–'), out;
  const counts = field === 'compiles';
  out.append(field === 'peak_share' ? (100 * value).toFixed(0) + '%' : counts ? String(value) : figure(value));
  const half = interval && row[interval] ? (row[interval][1] - row[interval][0]) / 2 / value : null;
  if (half !== null) out.append(make('small', {}, `±${(100 * half).toFixed(0)}%`));
  const others = rows.map(r => r[field]).filter(v => typeof v === 'number');
  const best = better === 'low' ? Math.min(...others) : Math.max(...others);
  if (better && others.length > 1 && value === best) out.classList.add('best');
  return out;
};

const table = rows => {
  const shown = columns.filter(([, field]) => rows.some(r => typeof r[field] === 'number'));
  const body = rows.flatMap(row => {
    const name = make('td', {}, make('i', {style: `background:${colourOf(row)}`}), row.policy);
    const lines = [];
    if (typeof row.cold_ms === 'number') lines.push(make('tr', {}, name, ...shown.map(c => cell(row, rows, c))));
    if (row.error) {
      const first = lines.length ? make('td') : name;
      lines.push(make(
          'tr', {}, first,
          make(
              'td', {class: 'error', colspan: Math.max(shown.length, 1)},
              make('span', {}, row.error))));
    }
    return lines;
  });
  return make('div', {class: 'scroll'}, make('table', {},
    make('thead', {}, make('tr', {}, make('th'), ...shown.map(([title]) => make('th', {}, title)))),
    make('tbody', {}, ...body)));
};

// ---- The page.

const environment = data.environment;
document.getElementById('machine').textContent =
  [environment.cpu, `${environment.cpu_threads} CPUs`, (environment.date ?? '').replace('T', ' '), `Kairos ${environment.kairos}`]
    .join(' · ');
const warning = document.getElementById('warning');
const warnings = environment.warnings ?? [];
warning.hidden = !warnings.length;
warning.textContent = warnings.join(' ');
document.getElementById('environment').textContent = JSON.stringify(environment, null, 2);
document.getElementById('legend').append(...[...new Set(data.rows.map(r => r.policy))].map(name =>
  make('span', {}, make('i', {style: `background:${data.colours[name]}`}), name)));

for (const name of new Set(data.rows.map(r => r.group))) {
  const rows = data.rows.filter(r => r.group === name);
  const measured = rows.filter(r => typeof r.p50_ms === 'number');
  const [model, ...rest] = name.split('  ');
  const section = make('section', {}, make('h2', {}, model, make('small', {}, rest.join(' · '))), table(rows));
  if (measured.length) {
    const charts = make('div', {class: 'charts'}, coldChart(measured), warmupChart(measured), latencyChart(measured),
      memoryChart(measured), payBackChart(measured));
    if (measured.some(r => r.churn)) charts.append(churnChart(measured));
    if (measured.some(r => r.sessions)) charts.append(sessionsChart(measured));
    section.append(charts);
  }
  document.getElementById('report').append(section);
}
