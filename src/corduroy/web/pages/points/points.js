// Points on a picture: click to set the next one, drag or use the arrow keys to move one, undo with Ctrl+Z; buttons or
// Ctrl with the wheel bring it nearer. Coordinates are those of the drawing, millimetres where its scale is known: x from
// its left edge as it is shown (anterior to posterior), y from its upper one.
const STEP_MM = 0.25;
const NEARER = 1.6, NEAREST = 16;
const CALM = 250;  // height of what is shown at which marks have their own size

export default {
  template: `
  <div class="corduroy-points">
    <p role="status">{{ next ? words.next + " " + next.label : words.complete }}</p>
    <svg ref="svg" :viewBox="[view.x, view.y, view.w, view.h].join(' ')" :aria-label="label" role="group"
         :style="{ '--grain': grain }" @pointerdown="press" @pointermove="drag" @pointerup="drop"
         @wheel.ctrl.prevent="wheel" @keydown.ctrl.z.prevent="undo">
      <image :href="image" :width="width" :height="height" preserveAspectRatio="none"
         :transform="mirrored ? 'translate(' + width + ' 0) scale(-1 1)' : null"/>
      <text v-for="(side, i) in sides" :key="i" :x="view.x + view.w * (i ? 0.97 : 0.03)" :y="view.y + view.h * 0.06"
        :font-size="view.h * 0.05" :text-anchor="i ? 'end' : 'start'" class="corduroy-points-side">{{ side }}</text>
      <polyline v-for="line in lines" :points="line" class="corduroy-points-line"/>
      <g v-for="(p, i) in now" :key="p.key">
        <circle :cx="p.x" :cy="p.y" :r="1.6 * grain" tabindex="0" role="button" :aria-label="p.label" :data-key="p.key"
          :class="{ held: held === i }" @pointerdown.stop="hold(i, $event)" @keydown="nudge(i, $event)"/>
      </g>
    </svg>
    <div class="corduroy-points-buttons">
      <button type="button" class="corduroy-plain" :disabled="!past.length" @click="undo">{{ words.undo }}</button>
      <button type="button" class="corduroy-plain" :disabled="!now.length" @click="change([])">{{ words.clear }}</button>
      <button type="button" class="corduroy-plain" :disabled="zoom >= NEAREST" @click="nearer(NEARER)">{{ words.larger }}</button>
      <button type="button" class="corduroy-plain" :disabled="zoom <= 1" @click="nearer(1 / NEARER)">{{ words.smaller }}</button>
    </div>
  </div>`,
  props: { image: String, width: Number, height: Number, label: String, sides: Array, mirrored: Boolean, wanted: Array,
    points: Array, words: Object },
  data() {
    const view = { x: 0, y: 0, w: this.width, h: this.height };
    return { now: this.points.map((p) => ({ ...p })), past: [], held: -1, before: null, view, NEARER, NEAREST };
  },
  computed: {
    zoom() { return this.width / this.view.w; },
    grain() { return Math.max(this.view.h / CALM, 0.25); },
    next() { return this.wanted.find((one) => !this.now.some((p) => p.key === one.key)); },
    lines() {
      const plates = {};
      for (const p of this.now) (plates[p.plate] ??= []).push(p);
      return Object.values(plates).map((points) => points.sort((a, b) => a.x - b.x).map((p) => `${p.x},${p.y}`).join(" "));
    },
  },
  methods: {
    at(event) {
      const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.$refs.svg.getScreenCTM().inverse());
      const within = (value, most) => Math.round(100 * Math.min(Math.max(value, 0), most)) / 100;
      return { x: within(place.x, this.width), y: within(place.y, this.height) };
    },
    nearer(times, about = this.now.at(-1)) {
      const { x, y, w, h } = this.view, zoom = Math.min(Math.max(this.zoom * times, 1), NEAREST);
      const at = about ?? { x: x + w / 2, y: y + h / 2 }, share = this.zoom / zoom;
      const within = (value, most) => Math.min(Math.max(value, 0), most);
      const wide = this.width / zoom, high = this.height / zoom;
      this.view = { x: within(at.x - (at.x - x) * share, this.width - wide), y: within(at.y - (at.y - y) * share,
        this.height - high), w: wide, h: high };
    },
    wheel(event) { this.nearer(event.deltaY < 0 ? NEARER : 1 / NEARER, this.at(event)); },
    press(event) {
      if (!this.next || event.button !== 0) return;
      this.change([...this.now, { ...this.next, ...this.at(event) }]);
    },
    hold(i, event) {
      this.held = i; this.before = this.now.map((p) => ({ ...p }));
      this.$refs.svg.setPointerCapture(event.pointerId);
    },
    drag(event) { if (this.held >= 0) Object.assign(this.now[this.held], this.at(event)); },
    drop() {
      if (this.held < 0) return;
      this.held = -1; this.past.push(this.before); this.tell();
    },
    nudge(i, event) {
      const ways = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
      const way = ways[event.key];
      if (!way) return;
      event.preventDefault();
      const step = event.shiftKey ? 4 * STEP_MM : STEP_MM;
      this.change(this.now.map((p, n) => (n === i ? { ...p, x: p.x + step * way[0], y: p.y + step * way[1] } : p)));
    },
    change(points) { this.past.push(this.now); this.now = points; this.tell(); },
    undo() { if (this.past.length) { this.now = this.past.pop(); this.tell(); } },
    tell() { this.$emit("points", this.now.map((p) => ({ ...p }))); },
  },
};
