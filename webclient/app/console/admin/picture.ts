/** Makes an uploaded picture small before it is sent: a square JPEG, in base64. */
export const SIDE = 512;

/** The middle square of a picture and the size it gets; never made larger. Pure. */
export function square(width: number, height: number): { x: number; y: number; from: number; to: number } {
  const from = Math.min(width, height);
  return { x: Math.floor((width - from) / 2), y: Math.floor((height - from) / 2), from, to: Math.min(from, SIDE) };
}

export async function shrink(file: Blob): Promise<string> {
  const picture = await createImageBitmap(file);
  const { x, y, from, to } = square(picture.width, picture.height);
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = to;
  const context = canvas.getContext("2d")!;
  context.fillStyle = "#fff"; // under what is transparent
  context.fillRect(0, 0, to, to);
  context.drawImage(picture, x, y, from, from, 0, 0, to, to);
  picture.close();
  return canvas.toDataURL("image/jpeg", 0.9).split(",")[1]!;
}
