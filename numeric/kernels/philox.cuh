// Philox4x32-10 and the draws made from it; the NumPy twin is numeric/philox.py.
// Counter: (sample low, sample high, shard, block); key: 64 bits of the job's SHA-256.
// A sample uses its normals first, two a block, then its uniforms in order.
typedef unsigned int u32;
typedef unsigned long long u64;

struct Address { u64 sample; u32 shard, key0, key1; };

__device__ __forceinline__ uint4 philox(Address at, u32 block) {
    u32 c0 = (u32)at.sample, c1 = (u32)(at.sample >> 32), c2 = at.shard, c3 = block;
    u32 k0 = at.key0, k1 = at.key1;
#pragma unroll
    for (int round = 0; round < 10; ++round) {
        u64 first = (u64)0xD2511F53u * c0, second = (u64)0xCD9E8D57u * c2;
        u32 n0 = (u32)(second >> 32) ^ c1 ^ k0, n2 = (u32)(first >> 32) ^ c3 ^ k1;
        c1 = (u32)second; c3 = (u32)first; c0 = n0; c2 = n2;
        k0 += 0x9E3779B9u; k1 += 0xBB67AE85u;
    }
    return make_uint4(c0, c1, c2, c3);
}

// (k + 1) 2^-53 with the 53 upper bits k of two words: exact, on (0, 1].
__device__ __forceinline__ double unit(u32 high, u32 low) {
    return __dmul_rn(__dadd_rn(__dadd_rn(__dmul_rn((double)(high >> 5), 67108864.0),
                     (double)(low >> 6)), 1.0), 1.0 / 9007199254740992.0);
}

__device__ __forceinline__ double2 uniform_pair(Address at, u32 block) {
    uint4 w = philox(at, block);
    return make_double2(unit(w.x, w.y), unit(w.z, w.w));
}

__device__ __forceinline__ double2 normal_pair(Address at, u32 block) {
    double2 u = uniform_pair(at, block);
    double radius = sqrt(-2.0 * log(u.x)), s, c;
    sincospi(2.0 * u.y, &s, &c);
    return make_double2(radius * c, radius * s);
}

// Consecutive uniforms of one sample, starting at a block.
struct Uniforms {
    Address at; u32 block; double spare; bool full;
    __device__ Uniforms(Address a, u32 b) : at(a), block(b), spare(0.0), full(false) {}
    __device__ __forceinline__ double next() {
        if (full) { full = false; return spare; }
        double2 u = uniform_pair(at, block++);
        spare = u.y; full = true;
        return u.x;
    }
};

// -2 log of a product of m uniforms: chi-square with 2m degrees of freedom.
__device__ __forceinline__ double even_chi_square(Uniforms& u, int m) {
    double sum = 0.0, product = 1.0;
    for (int k = 1; k <= m; ++k) {
        product *= u.next();
        if (k % 16 == 0 || k == m) { sum -= 2.0 * log(product); product = 1.0; }
    }
    return sum;
}

// Marsaglia and Tsang's rejection for many degrees of freedom; candidate j uses two blocks.
__device__ __forceinline__ double large_chi_square(Address at, u32 block, int dof) {
    double d = 0.5 * dof - 1.0 / 3.0, c = 1.0 / sqrt(9.0 * d);
    for (u32 j = 0; ; ++j) {
        double x = normal_pair(at, block + 2 * j).x, u = uniform_pair(at, block + 2 * j + 1).x;
        double v = 1.0 + c * x;
        v = v * v * v;
        if (v > 0.0 && log(u) < 0.5 * x * x + d - d * v + d * log(v)) return 2.0 * d * v;
    }
}

__device__ __forceinline__ double influence(double y) {  // Catoni: sign(y) log(1 + |y| + y^2/2)
    double size = fabs(y);
    return copysign(log1p(size + 0.5 * size * size), y);
}

// Sums (or maxima, for the columns from `maxima` on) over a block of 256 threads, one row out.
template <int COLUMNS>
__device__ void store_row(double (&value)[COLUMNS], int maxima, double* row) {
    __shared__ double part[8];
    for (int k = 0; k < COLUMNS; ++k) {
        double x = value[k];
        for (int offset = 16; offset; offset >>= 1) {
            double y = __shfl_down_sync(0xffffffffu, x, offset);
            x = k < maxima ? x + y : fmax(x, y);
        }
        if ((threadIdx.x & 31) == 0) part[threadIdx.x >> 5] = x;
        __syncthreads();
        if (threadIdx.x == 0) {
            x = part[0];
            for (int w = 1; w < 8; ++w) x = k < maxima ? x + part[w] : fmax(x, part[w]);
            row[(size_t)blockIdx.x * COLUMNS + k] = x;
        }
        __syncthreads();
    }
}
