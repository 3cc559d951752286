// A form of one record, drawn from the descriptions of its fields. What is typed is kept in this browser until it is
// saved: neither a lost connection nor a closed tab takes it away.
export default {
  template: `
  <form class="corduroy-form" novalidate @submit.prevent="save">
    <p v-if="restored" class="corduroy-note doubt" role="status">{{ words.restored }}
      <button type="button" class="corduroy-plain" @click="discard">{{ words.discard }}</button></p>
    <p v-if="offline" class="corduroy-note doubt" role="alert">{{ words.offline }}</p>
    <section v-if="problems.length" class="corduroy-note bad" role="alert" tabindex="-1" ref="problems">
      <h2>{{ words.problems }}</h2>
      <ul><li v-for="one in problems"><a v-if="one.field" :href="'#field-' + one.field" @click.prevent="go(one.field)">{{ one.message }}</a>
        <span v-else>{{ one.message }}</span></li></ul>
    </section>
    <section v-if="doubts.length" class="corduroy-note doubt" role="alert">
      <h2>{{ words.doubts }}</h2>
      <ul><li v-for="one in doubts">{{ one.message }}</li></ul>
      <label class="corduroy-check"><input type="checkbox" v-model="confirm" name="confirm"> {{ words.confirm }}</label>
    </section>
    <div class="corduroy-fields">
      <div v-for="f in fields" :key="f.name" class="corduroy-field" :class="{ wrong: wrong(f.name), wide: f.choices && several(f) }">
        <fieldset v-if="several(f)" :id="'field-' + f.name" tabindex="-1" :aria-describedby="'hint-' + f.name">
          <legend>{{ title(f) }}</legend>
          <label v-for="(label, code) in f.choices" class="corduroy-check">
            <input type="checkbox" :value="code" v-model="now[f.name]" :name="f.name"> {{ label }}</label>
        </fieldset>
        <template v-else>
          <label :for="'field-' + f.name">{{ title(f) }}</label>
          <select v-if="f.choices || f.kind === 'yes/no'" v-bind="common(f)" v-model="now[f.name]">
            <option value="">{{ words.not_recorded }}</option>
            <option v-for="(label, code) in (f.choices || words.yes_no)" :value="code">{{ label }}</option>
          </select>
          <textarea v-else-if="f.kind === 'free text'" v-bind="common(f)" v-model="now[f.name]" rows="3"></textarea>
          <input v-else-if="f.kind === 'date'" type="date" v-bind="common(f)" v-model="now[f.name]">
          <input v-else type="text" :inputmode="mode(f)" autocomplete="off" v-bind="common(f)" v-model="now[f.name]">
        </template>
        <p class="corduroy-hint" :id="'hint-' + f.name">{{ f.hint }}</p>
      </div>
      <div class="corduroy-field wide"><label for="field-why">{{ words.why }} *</label>
        <input type="text" id="field-why" v-model="why" maxlength="500" autocomplete="off" aria-describedby="hint-why">
        <p class="corduroy-hint" id="hint-why">{{ words.why_hint }}</p></div>
    </div>
    <button type="submit" class="corduroy-button">{{ words.save }}</button>
  </form>`,
  props: { fields: Array, values: Object, problems: Array, doubts: Array, place: String, words: Object, reason: String, version: Number },
  data() { return { now: this.fresh(), why: this.reason, seen: this.version, confirm: false, restored: false, offline: false }; },
  mounted() {
    const kept = JSON.parse(localStorage.getItem(this.place) ?? "null");
    if (kept && JSON.stringify(kept.now) !== JSON.stringify(this.now)) {
      this.now = { ...this.now, ...kept.now }; this.why = kept.why; this.seen = kept.seen; this.restored = true;
    }
    for (const source of ["now", "why"]) this.$watch(source, this.keep, { deep: true });
    this.$watch("problems", () => this.$nextTick(() => this.$refs.problems?.focus()));
    this.lost = () => { this.offline = true; };
    this.back = () => { this.offline = false; };
    window.addEventListener("offline", this.lost);
    window.addEventListener("online", this.back);
    window.socket?.on("disconnect", this.lost);
    window.socket?.on("connect", this.back);
  },
  unmounted() {
    window.removeEventListener("offline", this.lost);
    window.removeEventListener("online", this.back);
    window.socket?.off("disconnect", this.lost);
    window.socket?.off("connect", this.back);
  },
  methods: {
    fresh() {
      return Object.fromEntries(this.fields.map((f) => [f.name, this.values[f.name] ?? (this.several(f) ? [] : "")]));
    },
    several(f) { return f.kind === "several choices" || f.kind === "levels"; },
    title(f) { return f.label + (f.unit ? ` (${f.unit})` : "") + (f.required ? " *" : ""); },
    mode(f) { return { number: "decimal", integer: "numeric" }[f.kind] ?? "text"; },
    wrong(name) { return this.problems.some((one) => one.field === name); },
    common(f) {
      return { id: `field-${f.name}`, name: f.name, "aria-describedby": `hint-${f.name}`, "aria-required": f.required,
        "aria-invalid": this.wrong(f.name) };
    },
    keep() { localStorage.setItem(this.place, JSON.stringify({ now: this.now, why: this.why, seen: this.seen })); },
    go(name) { document.getElementById(`field-${name}`)?.focus(); },
    save() { this.$emit("save", { values: { ...this.now }, why: this.why, confirm: this.confirm, version: this.seen }); },
    discard() { this.now = this.fresh(); this.why = this.reason; this.seen = this.version; this.forget(); },
    stand_on(version) { this.seen = version; this.keep(); },
    // The watchers see a discarded value one moment later and would keep it again.
    forget() { this.restored = false; this.$nextTick(() => localStorage.removeItem(this.place)); },
  },
};
