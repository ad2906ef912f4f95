mod extras;
