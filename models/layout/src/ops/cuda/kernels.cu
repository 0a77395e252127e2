// The operations of `ops` for a GPU of NVIDIA's, compiled by NVRTC when a device is opened.
//
// Formulas are those of the CPU's versions. Matrices are row-major f32; `n` counts elements of `out`. Where rows are
// summed or normalised, one warp of 32 threads takes one row: lanes stride over its columns and add up by shuffles.

typedef unsigned short u16;
typedef unsigned int u32;

#define ELEMENT (blockIdx.x * blockDim.x + threadIdx.x)
#define WARP (ELEMENT / 32)
#define LANE (threadIdx.x % 32)
#define ALL_LANES 0xffffffffu

__device__ float warp_sum(float x) {
    for (int step = 16; step > 0; step /= 2) x += __shfl_xor_sync(ALL_LANES, x, step);
    return x;
}

__device__ float warp_max(float x) {
    for (int step = 16; step > 0; step /= 2) x = fmaxf(x, __shfl_xor_sync(ALL_LANES, x, step));
    return x;
}

__device__ float sigmoid(float x) { return 1.0f / (1.0f + expf(-x)); }

// 0 where dropped, `keep` elsewhere: the same numbers as on the CPU.
__device__ float dropout_scale(u32 seed, u32 row, u32 column, u32 threshold, float keep) {
    u32 h = (seed + row * 0x9e3779b9u) ^ (column * 0x85ebca6bu);
    h = (h ^ (h >> 15)) * 0x2c1b3c6du;
    h = (h ^ (h >> 12)) * 0x297a2d39u;
    return (h >> 16) < threshold ? 0.0f : keep;
}

// Mean, and one over the standard deviation, of one row.
__device__ void moments(const float* x, u32 width, float* mean, float* inverse) {
    float total = 0.0f;
    for (u32 c = LANE; c < width; c += 32) total += x[c];
    *mean = warp_sum(total) / width;
    float squares = 0.0f;
    for (u32 c = LANE; c < width; c += 32) squares += (x[c] - *mean) * (x[c] - *mean);
    *inverse = rsqrtf(warp_sum(squares) / width + 1e-5f);
}

extern "C" {

// --- bias, dropout, GELU ------------------------------------------------------------------------------------------

__global__ void add_bias(float* out, const float* x, const float* bias,
                         u32 n, u32 width, u32 seed, u32 threshold, float keep) {
    u32 i = ELEMENT;
    if (i >= n) return;
    u32 row = i / width, column = i % width;
    out[i] = (x[i] + bias[column]) * dropout_scale(seed, row, column, threshold, keep);
}

__global__ void dropout(float* out, const float* x, u32 n, u32 width, u32 seed, u32 threshold, float keep) {
    u32 i = ELEMENT;
    if (i < n) out[i] = x[i] * dropout_scale(seed, i / width, i % width, threshold, keep);
}

#define SLOPE 1.595769f
#define CUBIC 0.044715f

__global__ void add_bias_gelu(float* out, const float* x, const float* bias, u32 n, u32 width) {
    u32 i = ELEMENT;
    if (i >= n) return;
    float z = x[i] + bias[i % width];
    out[i] = z * sigmoid(SLOPE * z * (1.0f + CUBIC * z * z));
}

__global__ void add_bias_gelu_backward(float* out, const float* x, const float* bias, const float* gradient,
                                       u32 n, u32 width) {
    u32 i = ELEMENT;
    if (i >= n) return;
    float z = x[i] + bias[i % width];
    float s = sigmoid(SLOPE * z * (1.0f + CUBIC * z * z));
    float slope = SLOPE * (1.0f + 3.0f * CUBIC * z * z);
    out[i] = gradient[i] * (s + z * s * (1.0f - s) * slope);
}

// [rows, width] -> [width]. A block of 32 × 8 threads takes 32 columns, always in the same order.
__global__ void column_sums(float* out, const float* x, u32 rows, u32 width) {
    __shared__ float parts[8][32];
    u32 lane = threadIdx.x % 32, strip = threadIdx.x / 32, column = blockIdx.x * 32 + lane;
    float total = 0.0f;
    if (column < width)
        for (u32 row = strip; row < rows; row += 8) total += x[(size_t)row * width + column];
    parts[strip][lane] = total;
    __syncthreads();
    if (strip > 0 || column >= width) return;
    for (u32 s = 1; s < 8; s++) total += parts[s][lane];
    out[column] = total;
}

// --- layer normalisation, one warp a row --------------------------------------------------------------------------

__global__ void layer_norm(float* out, const float* x, const float* gain, const float* offset, u32 rows, u32 width) {
    u32 row = WARP;
    if (row >= rows) return;
    x += (size_t)row * width;
    out += (size_t)row * width;
    float mean, inverse;
    moments(x, width, &mean, &inverse);
    for (u32 c = LANE; c < width; c += 32) out[c] = (x[c] - mean) * inverse * gain[c] + offset[c];
}

__global__ void layer_norm_backward(float* out, const float* x, const float* gain, const float* gradient,
                                    u32 rows, u32 width) {
    u32 row = WARP;
    if (row >= rows) return;
    size_t start = (size_t)row * width;
    x += start, gradient += start, out += start;
    float mean, inverse, along = 0.0f, level = 0.0f;
    moments(x, width, &mean, &inverse);
    for (u32 c = LANE; c < width; c += 32) {
        float scaled = gradient[c] * gain[c];
        along += scaled * (x[c] - mean) * inverse;
        level += scaled;
    }
    along = warp_sum(along) / width;
    level = warp_sum(level) / width;
    for (u32 c = LANE; c < width; c += 32)
        out[c] = inverse * (gradient[c] * gain[c] - level - (x[c] - mean) * inverse * along);
}

// What the gain's gradient sums over the rows: gradient × normalised value.
__global__ void layer_norm_gain(float* out, const float* x, const float* gradient, u32 rows, u32 width) {
    u32 row = WARP;
    if (row >= rows) return;
    size_t start = (size_t)row * width;
    x += start, gradient += start, out += start;
    float mean, inverse;
    moments(x, width, &mean, &inverse);
    for (u32 c = LANE; c < width; c += 32) out[c] = gradient[c] * (x[c] - mean) * inverse;
}

// --- bags of table rows -------------------------------------------------------------------------------------------

__global__ void bag_of_rows(float* out, const float* table, const u32* indices, const u32* ends, u32 n, u32 width) {
    u32 i = ELEMENT;
    if (i >= n) return;
    u32 bag = i / width, column = i % width;
    u32 start = bag == 0 ? 0 : ends[bag - 1], end = ends[bag];
    float total = 0.0f;
    for (u32 k = start; k < end; k++) total += table[(size_t)indices[k] * width + column];
    out[i] = end > start ? total * rsqrtf((float)(end - start)) : 0.0f;
}

// `out` begins as zeros; `n` counts elements of the gradient.
__global__ void bag_of_rows_backward(float* out, const float* gradient, const u32* indices, const u32* ends,
                                     u32 n, u32 width) {
    u32 i = ELEMENT;
    if (i >= n) return;
    u32 bag = i / width, column = i % width;
    u32 start = bag == 0 ? 0 : ends[bag - 1], end = ends[bag];
    if (start == end) return;
    float share = gradient[i] * rsqrtf((float)(end - start));
    for (u32 k = start; k < end; k++) atomicAdd(&out[(size_t)indices[k] * width + column], share);
}

// --- attention: pages of different lengths, padded to the longest -------------------------------------------------

// [rows, parts × heads × head_width] -> [parts, pages, heads, longest, head_width]; zeros beyond a page's end.
__global__ void to_heads(float* out, const float* x, const u32* starts, const u32* lengths,
                         u32 n, u32 pages, u32 heads, u32 longest, u32 head_width, u32 parts) {
    u32 i = ELEMENT;
    if (i >= n) return;
    u32 c = i % head_width, rest = i / head_width;
    u32 row = rest % longest;
    rest /= longest;
    u32 head = rest % heads;
    rest /= heads;
    u32 page = rest % pages, part = rest / pages;
    if (row >= lengths[page]) {
        out[i] = 0.0f;
        return;
    }
    size_t at = (size_t)(starts[page] + row) * parts + part;
    out[i] = x[(at * heads + head) * head_width + c];
}

// The way back: [parts, pages, heads, longest, head_width] -> [rows, parts × heads × head_width].
__global__ void from_heads(float* out, const float* x, const u32* starts, const u32* page_of_row,
                           u32 n, u32 pages, u32 heads, u32 longest, u32 head_width, u32 parts) {
    u32 i = ELEMENT;
    if (i >= n) return;
    u32 c = i % head_width, rest = i / head_width;
    u32 head = rest % heads;
    rest /= heads;
    u32 part = rest % parts, row = rest / parts;
    u32 page = page_of_row[row];
    size_t at = (size_t)part * pages + page;
    out[i] = x[((at * heads + head) * longest + row - starts[page]) * head_width + c];
}

// Scores [pages, heads, longest, longest] -> probabilities of score + bias of the pair's bucket; one warp a row.
// `firsts[page]` is where the page's buckets [length, length] begin. Zeros beyond a page's end.
__global__ void biased_softmax(float* out, const float* scores, const float* bias,
                               const u16* buckets, const u32* firsts, const u32* lengths,
                               u32 rows, u32 heads, u32 longest, u32 relations) {
    u32 r = WARP;
    if (r >= rows) return;
    u32 row = r % longest, head = r / longest % heads, page = r / longest / heads;
    u32 length = lengths[page];
    out += (size_t)r * longest;
    scores += (size_t)r * longest;
    if (row >= length) {
        for (u32 j = LANE; j < longest; j += 32) out[j] = 0.0f;
        return;
    }
    buckets += firsts[page] + row * length;
    bias += head * relations;
    float largest = -3.0e38f;
    for (u32 j = LANE; j < length; j += 32) largest = fmaxf(largest, scores[j] + bias[buckets[j]]);
    largest = warp_max(largest);
    float total = 0.0f;
    for (u32 j = LANE; j < length; j += 32) total += expf(scores[j] + bias[buckets[j]] - largest);
    float share = 1.0f / warp_sum(total);
    for (u32 j = LANE; j < longest; j += 32)
        out[j] = j < length ? expf(scores[j] + bias[buckets[j]] - largest) * share : 0.0f;
}

// Gradient of probabilities -> gradient of scores: p (g - Σ p g). One warp a row.
__global__ void softmax_backward(float* out, const float* p, const float* gradient, u32 rows, u32 longest) {
    u32 r = WARP;
    if (r >= rows) return;
    size_t start = (size_t)r * longest;
    p += start, gradient += start, out += start;
    float along = 0.0f;
    for (u32 j = LANE; j < longest; j += 32) along += p[j] * gradient[j];
    along = warp_sum(along);
    for (u32 j = LANE; j < longest; j += 32) out[j] = p[j] * (gradient[j] - along);
}

// Gradient of scores -> gradient of the bias [heads, relations], which begins as zeros. A block takes a strip of rows
// of one head of one page (blockIdx.y of gridDim.y strips) and counts in its own memory first.
__global__ void bucket_sums(float* out, const float* gradient, const u16* buckets, const u32* firsts,
                            const u32* lengths, u32 heads, u32 longest, u32 relations) {
    extern __shared__ float totals[];
    u32 page = blockIdx.x / heads, head = blockIdx.x % heads, length = lengths[page];
    for (u32 b = threadIdx.x; b < relations; b += blockDim.x) totals[b] = 0.0f;
    __syncthreads();
    gradient += (size_t)blockIdx.x * longest * longest;
    buckets += firsts[page];
    for (u32 row = blockIdx.y; row < length; row += gridDim.y)
        for (u32 j = threadIdx.x; j < length; j += blockDim.x)
            atomicAdd(&totals[buckets[row * length + j]], gradient[(size_t)row * longest + j]);
    __syncthreads();
    for (u32 b = threadIdx.x; b < relations; b += blockDim.x)
        if (totals[b] != 0.0f) atomicAdd(&out[head * relations + b], totals[b]);
}

// --- loss: softmax over the first columns, sigmoids on the rest; one thread a row ---------------------------------

__global__ void tagging_loss(float* out, const float* logits, const u32* classes, const float* weights,
                             u32 rows, u32 columns, u32 count, float smoothing) {
    u32 row = ELEMENT;
    if (row >= rows) return;
    logits += (size_t)row * columns;
    weights += (size_t)row * 4;  // of the class, of the flags, and the two flags
    float loss = 0.0f;
    if (weights[0] != 0.0f) {
        float largest = -3.0e38f, total = 0.0f, mean = 0.0f;
        for (u32 c = 0; c < count; c++) largest = fmaxf(largest, logits[c]);
        for (u32 c = 0; c < count; c++) total += expf(logits[c] - largest), mean += logits[c];
        float aim = (1.0f - smoothing) * logits[classes[row] % count] + smoothing * mean / count;
        loss += weights[0] * (largest + logf(total) - aim);
    }
    for (u32 f = count; f < columns; f++) {
        float z = logits[f];
        loss += weights[1] * (fmaxf(z, 0.0f) - z * weights[2 + f - count] + log1pf(expf(-fabsf(z))));
    }
    out[row] = loss;
}

__global__ void tagging_loss_backward(float* out, const float* logits, const float* gradient, const u32* classes,
                                      const float* weights, u32 rows, u32 columns, u32 count, float smoothing) {
    u32 row = ELEMENT;
    if (row >= rows) return;
    logits += (size_t)row * columns;
    out += (size_t)row * columns;
    weights += (size_t)row * 4;
    float upstream = gradient[row];
    float largest = -3.0e38f, total = 0.0f;
    for (u32 c = 0; c < count; c++) largest = fmaxf(largest, logits[c]);
    for (u32 c = 0; c < count; c++) total += expf(logits[c] - largest);
    for (u32 c = 0; c < count; c++) {
        float aim = smoothing / count + (c == classes[row] % count ? 1.0f - smoothing : 0.0f);
        out[c] = weights[0] == 0.0f ? 0.0f : (expf(logits[c] - largest) / total - aim) * weights[0] * upstream;
    }
    for (u32 f = count; f < columns; f++)
        out[f] = (sigmoid(logits[f]) - weights[2 + f - count]) * weights[1] * upstream;
}

// --- optimiser, in place ------------------------------------------------------------------------------------------

__global__ void blend(float* to, const float* from, u32 n, float keep, float share) {
    u32 i = ELEMENT;
    if (i < n) to[i] = keep * to[i] + share * from[i];
}

__global__ void blend_squares(float* to, const float* from, u32 n, float keep, float share) {
    u32 i = ELEMENT;
    if (i < n) to[i] = keep * to[i] + share * from[i] * from[i];
}

__global__ void adam_step(float* x, const float* m, const float* v,
                          u32 n, float correct1, float correct2, float epsilon, float rate, float decay) {
    u32 i = ELEMENT;
    if (i < n) x[i] -= rate * (m[i] / correct1 / (sqrtf(v[i] / correct2) + epsilon) + decay * x[i]);
}

}
