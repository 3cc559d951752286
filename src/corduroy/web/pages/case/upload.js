// Sends a file to a scan as it is, straight from the disk, and tells how far it is.
export default {
  template: `
  <form class="corduroy-upload" @submit.prevent="send">
    <label :for="id + 'role'">{{ words.role }}</label>
    <select :id="id + 'role'" v-model="role"><option v-for="(label, code) in roles" :value="code">{{ label }}</option></select>
    <label :for="id + 'file'">{{ words.file }}</label>
    <input :id="id + 'file'" type="file" ref="file" required>
    <button type="submit" class="corduroy-button" :disabled="busy">{{ words.send }}</button>
    <progress v-if="busy" :value="done" max="1" :aria-label="words.progress"></progress>
    <p v-if="told" role="status" :class="bad ? 'bad' : 'good'">{{ told }}</p>
  </form>`,
  props: { address: String, roles: Object, words: Object, id: String },
  data() { return { role: Object.keys(this.roles)[0], busy: false, done: 0, told: "", bad: false }; },
  methods: {
    send() {
      const request = new XMLHttpRequest();
      request.open("PUT", `${this.address}/${this.role}`);
      request.upload.onprogress = (event) => { this.done = event.total ? event.loaded / event.total : 0; };
      request.onload = () => { this.over(request.status >= 300, this.answer(request)); };
      request.onerror = () => { this.over(true, this.words.cut_off); };
      [this.busy, this.done, this.told] = [true, 0, ""];
      request.send(this.$refs.file.files[0]);
    },
    answer(request) {
      if (request.status < 300) return this.words.kept;
      try { return JSON.parse(request.responseText).message; } catch { return `${this.words.cut_off} (${request.status})`; }
    },
    over(bad, told) {
      [this.busy, this.bad, this.told] = [false, bad, told];
      if (!bad) this.$emit("kept", { role: this.role });
    },
  },
};
