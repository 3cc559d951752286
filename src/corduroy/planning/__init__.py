"""What could be done: needle corridors, biopsy, embolization, augmentation, decompression; the surgical plan."""
