// The Z recursion with the sparse tied weights on drawn prompts, forward and backward: one
// thread takes one prompt at a time.  Compile-time: D, N, LAYERS.  A row holds the D * D
// entries of the gradient's sum, then the sums of the squared error and of its square.
// Normals of a prompt in order: x_1, ..., x_D over the N + 1 columns, then w.
extern "C" __global__ void gradient_sums(u64 first, u64 count, u32 shard, u32 key0, u32 key1,
                                         const double* __restrict__ weights, double* rows) {
    double sum[D * D + 2] = {}, v[D * D];
    for (int k = 0; k < D * D; ++k) v[k] = weights[k];
    for (u64 i = blockIdx.x * (u64)blockDim.x + threadIdx.x; i < count;
         i += (u64)gridDim.x * blockDim.x) {
        Address at = {first + i, shard, key0, key1};
        double draws[D * (N + 1) + D + 1], y[N + 1], u[LAYERS][D], h[D], e[N];
#pragma unroll
        for (int k = 0; k < D * (N + 2); k += 2) {
            double2 z = normal_pair(at, k / 2);
            draws[k] = z.x; draws[k + 1] = z.y;
        }
#define X(k, j) draws[(k) * (N + 1) + (j)]
#pragma unroll
        for (int j = 0; j <= N; ++j) {
            double dot = 0.0;
#pragma unroll
            for (int k = 0; k < D; ++k) dot += draws[D * (N + 1) + k] * X(k, j);
            y[j] = dot;
        }
        double target = y[N];
        y[N] = 0.0;
#pragma unroll
        for (int l = 0; l < LAYERS; ++l) {
#pragma unroll
            for (int k = 0; k < D; ++k) {
                double dot = 0.0;
#pragma unroll
                for (int j = 0; j < N; ++j) dot += X(k, j) * y[j];
                u[l][k] = dot;
            }
#pragma unroll
            for (int r = 0; r < D; ++r) {
                double c = 0.0;
#pragma unroll
                for (int k = 0; k < D; ++k) c -= v[r * D + k] * u[l][k];
                c /= N;
#pragma unroll
                for (int j = 0; j <= N; ++j) y[j] += X(r, j) * c;
            }
        }
        double error = -y[N] - target, squared = error * error, back = -2.0 * error;
        sum[D * D] += squared; sum[D * D + 1] += squared * squared;
#pragma unroll
        for (int j = 0; j < N; ++j) e[j] = 0.0;
#pragma unroll
        for (int l = LAYERS - 1; l >= 0; --l) {
#pragma unroll
            for (int k = 0; k < D; ++k) {
                double dot = X(k, N) * back;
#pragma unroll
                for (int j = 0; j < N; ++j) dot += X(k, j) * e[j];
                h[k] = dot;
            }
#pragma unroll
            for (int r = 0; r < D; ++r)
#pragma unroll
                for (int k = 0; k < D; ++k) sum[r * D + k] -= h[r] * u[l][k] / N;
            if (l)
#pragma unroll
                for (int k = 0; k < D; ++k) {
                    double c = 0.0;
#pragma unroll
                    for (int r = 0; r < D; ++r) c -= v[r * D + k] * h[r];
                    c /= N;
#pragma unroll
                    for (int j = 0; j < N; ++j) e[j] += X(k, j) * c;
                }
        }
    }
    store_row(sum, D * D + 2, rows);
}
