// Points on a slice: click to set the next one, drag or use the arrow keys to move one, undo with Ctrl+Z.
// Coordinates are millimetres of the slice: x from anterior to posterior, y from superior to inferior.
const STEP_MM = 0.25;

export default {
  template: `
  <div class="corduroy-points">
    <p role="status">{{ next ? words.next + " " + next.label : words.complete }}</p>
    <svg ref="svg" :viewBox="'0 0 ' + width + ' ' + height" :aria-label="label" role="group" @pointerdown="press"
         @pointermove="drag" @pointerup="drop" @keydown.ctrl.z.prevent="undo">
      <image :href="image" :width="width" :height="height" preserveAspectRatio="none"/>
      <polyline v-for="line in lines" :points="line" class="corduroy-points-line"/>
      <g v-for="(p, i) in now" :key="p.key">
        <circle :cx="p.x" :cy="p.y" r="1.6" tabindex="0" role="button" :aria-label="p.label" :data-key="p.key"
          :class="{ held: held === i }" @pointerdown.stop="hold(i, $event)" @keydown="nudge(i, $event)"/>
      </g>
    </svg>
    <div class="corduroy-points-buttons">
      <button type="button" class="corduroy-plain" :disabled="!past.length" @click="undo">{{ words.undo }}</button>
      <button type="button" class="corduroy-plain" :disabled="!now.length" @click="change([])">{{ words.clear }}</button>
    </div>
  </div>`,
  props: { image: String, width: Number, height: Number, label: String, wanted: Array, points: Array, words: Object },
  data() { return { now: this.points.map((p) => ({ ...p })), past: [], held: -1, before: null }; },
  computed: {
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
    press(event) {
      if (!this.next) return;
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
