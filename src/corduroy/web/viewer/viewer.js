// NiiVue as a component of a page. Radiological: the patient's right is on the left of the screen, with letters.
const VIEWS = { axial: 0, coronal: 1, sagittal: 2, planes: 3, solid: 4 };

export default {
  template: `<div class="corduroy-viewer"><canvas tabindex="0" role="img" :aria-label="label"></canvas></div>`,
  props: { volumes: Array, meshes: Array, lines: Array, view: String, label: String },
  async mounted() {
    const { Niivue } = await import("niivue");
    this.nv = new Niivue({
      isRadiologicalConvention: true, isOrientationTextVisible: true, sagittalNoseLeft: true, isNearestInterpolation: false,
      meshThicknessOn2D: 2, multiplanarShowRender: 1, multiplanarLayout: 2, dragAndDropEnabled: false, showLegend: false, logLevel: "error",
      loadingText: "loading", backColor: [0, 0, 0, 1], crosshairWidth: 0.5, crosshairWidthUnit: "mm", crosshairGap: 6,
      crosshairColor: [1, 0.8, 0.2, 0.8], showAllOrientationMarkers: true, fontMinPx: 20, fontColor: [1, 1, 1, 1], isAlphaClipDark: false, tileMargin: 12,
    });
    // Slices show every grey; the solid view only what is bright, bone in the window that the pages set.
    this.nv.addColormap("ct", { R: [0, 80, 115, 255], G: [0, 80, 115, 255], B: [0, 80, 115, 255], A: [0, 0, 110, 255], I: [0, 80, 115, 255] });
    this.$el.niivue = this.nv;
    this.nv.onLocationChange = (place) => this.$emit("place", { mm: Array.from(place.mm).slice(0, 3), values: place.values.map((v) => v.value) });
    await this.nv.attachToCanvas(this.$el.querySelector("canvas"), true);
    await this.show();
  },
  unmounted() { this.nv?.cleanup(); },
  methods: {
    async show() {
      if (!this.nv?.gl) return;
      try {
        await this.nv.loadVolumes(this.volumes.map(({ labels, ...volume }) => volume));
        this.volumes.forEach((volume, i) => { if (volume.labels) this.as_labels(this.nv.volumes[i], volume.labels); });
        this.nv.updateGLVolume();
        await this.nv.loadMeshes(this.meshes);
        this.draw_lines(this.lines);
        this.set_view(this.view);
      } catch (error) {
        this.$emit("problem", { message: String(error?.message ?? error) });
      }
    },
    // Two labels never blend into a third: NiiVue asks the file's header, which not every program fills in.
    as_labels(volume, labels) {
      volume.hdr.intent_code = 1002;
      volume.setColormapLabel(labels);
    },
    set_view(view) { this.nv?.setSliceType(VIEWS[view] ?? VIEWS.planes); },
    set_opacity(index, opacity) { this.nv?.setOpacity(index, opacity); },
    set_window(low, high) {
      const image = this.nv?.volumes[0];
      if (image) { image.cal_min = low; image.cal_max = high; this.nv.updateGLVolume(); }
    },
    go_to(mm) {
      if (!this.nv?.volumes.length) return;
      this.nv.scene.crosshairPos = this.nv.mm2frac(mm);
      this.nv.drawScene();
      this.nv.createOnLocationChange();
    },
    // Lines that look alike are one mesh, and meshes change places at once: NiiVue's own addMesh and removeMesh each
    // send all volumes to the graphics card again.
    draw_lines(lines) {
      if (!this.nv?.gl) return;
      const before = this.drawn ?? [];
      before.forEach((mesh) => mesh.unloadMesh(this.nv.gl));
      const alike = Object.groupBy(lines, ({ color, radius, dots }) => `line ${color} ${radius} ${dots}`);
      this.drawn = Object.entries(alike).map(([name, own]) => this.line_mesh(own, name));
      this.nv.meshes = [...this.nv.meshes.filter((mesh) => !before.includes(mesh)), ...this.drawn];
      this.nv.drawScene();
    },
    line_mesh(lines, map) {
      const { color, radius, dots } = lines[0];
      const [R, G, B] = color.map((c) => [c, c]);
      this.nv.addColormap(map, { R, G, B, A: [255, 255], I: [0, 255] });
      const nodes = [], edges = [];
      for (const { points } of lines) {
        points.forEach(([x, y, z], i) => {
          if (i > 0) edges.push({ first: nodes.length - 1, second: nodes.length, colorValue: radius });
          nodes.push({ name: "", x, y, z, colorValue: 1, sizeValue: dots ? 2 * radius : radius });
        });
      }
      const colors = { nodeColormap: map, nodeColormapNegative: map, edgeColormap: map, edgeColormapNegative: map };
      return this.nv.loadConnectomeAsMesh({ name: map, ...colors, nodeScale: 1, edgeScale: 1, nodeMinColor: 1, nodeMaxColor: 1, edgeMin: radius, edgeMax: radius, nodes, edges });
    },
  },
};
