// Recursive fitting with all generations in registers; one thread follows one chain.
// Degrees of freedom up to 64 use products of uniforms, larger ones rejection; each generation
// owns 64 blocks of its sample's counter.
__device__ __forceinline__ double chi_square(Address at, u32 block, int dof, double spare) {
    if (dof > 64) return large_chi_square(at, block, dof);
    Uniforms u(at, block);
    double sum = even_chi_square(u, dof / 2);
    return dof % 2 ? sum + spare * spare : sum;
}

// Rows: for each checkpoint the sums of log v, (log v)^2, v, v^2, mean^2 (GENERATIONS fits).
// ACCUMULATE 0: v is the variance; 1: the scatter over the divisor.  LESS: 1 unbiased, 0 mle.
extern "C" __global__ void gaussian_sums(u64 first, u64 count, u32 shard, u32 key0, u32 key1,
                                         const int* __restrict__ sizes,
                                         const int* __restrict__ marks, double* rows) {
    double sum[5 * CHECKPOINTS] = {};
    for (u64 i = blockIdx.x * (u64)blockDim.x + threadIdx.x; i < count;
         i += (u64)gridDim.x * blockDim.x) {
        Address at = {first + i, shard, key0, key1};
        double v = 1.0, mean = 0.0, offset = 0.0, pooled = 0.0;
        int row = 0;
        for (int g = 0; g < GENERATIONS; ++g) {
            int n = sizes[g];
            u32 base = 64u * g;
            double2 z = normal_pair(at, base);
            double chi = chi_square(at, base + 1, n - 1, z.y);
#if ACCUMULATE
            if (g == 0) { mean = z.x / sqrt((double)n); v = chi; }
            else {
                double divisor = pooled - LESS;
                mean += z.x * sqrt(v * n / divisor) / (pooled + n);
                v *= 1.0 + (chi + z.x * z.x * pooled / (pooled + n)) / divisor;
            }
            pooled += n;
#else
            mean += z.x * sqrt(v / n) * (offset == 0.0 ? 1.0 : exp(0.5 * offset));
            v *= chi / (n - LESS);
            if (v < 1e-200 || v > 1e200) { offset += log(v); v = 1.0; }
            pooled = 1 + LESS;
#endif
            if (g + 1 == marks[row]) {
                double logs = log(v) + offset - log(pooled - LESS), value = exp(logs);
#pragma unroll
                for (int k = 0; k < CHECKPOINTS; ++k)
                    if (k == row) {
                        sum[5 * k] += logs; sum[5 * k + 1] += logs * logs;
                        sum[5 * k + 2] += value; sum[5 * k + 3] += value * value;
                        sum[5 * k + 4] += mean * mean;
                    }
                if (++row == CHECKPOINTS) break;
            }
        }
    }
    store_row(sum, 5 * CHECKPOINTS, rows);
}

// Replacing regression: sums of r^2 and r^4 after GENERATIONS fits of `n` samples in DIMENSION.
extern "C" __global__ void regression_sums(u64 first, u64 count, u32 shard, u32 key0, u32 key1,
                                           int n, double noise, double* rows) {
    double sum[2] = {};
    for (u64 i = blockIdx.x * (u64)blockDim.x + threadIdx.x; i < count;
         i += (u64)gridDim.x * blockDim.x) {
        Address at = {first + i, shard, key0, key1};
        double square = 0.0;
        for (int g = 0; g < GENERATIONS; ++g) {
            u32 base = 192u * g;
            double2 z = normal_pair(at, base), spare = normal_pair(at, base + 1);
            double q2 = noise / chi_square(at, base + 2, n - DIMENSION + 1, spare.x);
            double rest = DIMENSION > 1 ? chi_square(at, base + 96, DIMENSION - 1, spare.y) : 0.0;
            square += 2.0 * sqrt(q2 * square) * z.x + q2 * (z.x * z.x + rest);
        }
        sum[0] += square; sum[1] += square * square;
    }
    store_row(sum, 2, rows);
}
